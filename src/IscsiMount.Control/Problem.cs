namespace IscsiMount.Control;

/// <summary>What failed, why, and what to do next: the three things that a user is owed.</summary>
public sealed record Problem
{
    public required ErrorCode Code { get; init; }

    /// <summary>The code in words, see <see cref="ErrorCodes.NameOf"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What failed, as one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Why, with the words of the target or of the system where there are any.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do next.</summary>
    public string? Hint { get; init; }

    /// <summary>What it is about where a document has several: a volume id, a session number.</summary>
    public string? Subject { get; init; }

    public Problem About(string subject) => this with { Subject = subject };

    public static Problem Of(ErrorCode code, string message, string? reason = null, string? hint = null) => new()
    {
        Code = code,
        Name = ErrorCodes.NameOf(code),
        Message = message,
        Reason = reason,
        Hint = hint,
    };
}
