namespace IscsiMount.Control.Http;

/// <summary>An answer as it came, all of it in memory.</summary>
internal readonly record struct HttpResponse(int Status, byte[] Content)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>The agent closed the connection before its answer was complete.</summary>
internal sealed class HttpConnectionClosedException(bool isBeforeAnswer)
    : IOException(isBeforeAnswer ? "The connection was closed before an answer." : "The answer is cut off.");

/// <summary>What came is not an answer of HTTP/1.1, or it is larger than any of ours can be.</summary>
internal sealed class HttpMalformedException(string observed) : IOException(observed);
