namespace IscsiMount.Control;

/// <summary>A <see cref="Problem"/> as it travels: the members of RFC 9457, and ours beside them.</summary>
public sealed record ProblemDocument
{
    /// <summary><c>urn:iscsimount:error:401</c></summary>
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public string? Detail { get; init; }

    public required ErrorCode Code { get; init; }

    public string? Hint { get; init; }

    public string? Subject { get; init; }

    public static ProblemDocument From(Problem problem) => new()
    {
        Type = $"urn:iscsimount:error:{(int)problem.Code}",
        Title = problem.Message,
        Status = ErrorCodes.HttpStatusOf(problem.Code),
        Detail = problem.Reason,
        Code = problem.Code,
        Hint = problem.Hint,
        Subject = problem.Subject,
    };

    public Problem ToProblem() => Problem.Of(Code, Title, Detail, Hint) with { Subject = Subject };
}
