namespace IscsiMount.Protocol.Text;

/// <summary>Values with a meaning of their own, whatever the key (RFC 7143 §6.2).</summary>
public static class TextAnswer
{
    public const string Yes = "Yes";
    public const string No = "No";

    /// <summary>A member of lists: none of the functions.</summary>
    public const string None = "None";

    /// <summary>No value suits. What held before holds on.</summary>
    public const string Reject = "Reject";

    /// <summary>The key has no meaning in these circumstances.</summary>
    public const string Irrelevant = "Irrelevant";

    public const string NotUnderstood = "NotUnderstood";

    /// <summary>Whether this can only be an answer and never an offer.</summary>
    public static bool IsReserved(string value) => value is Reject or Irrelevant or NotUnderstood;
}
