namespace IscsiMount.Control;

/// <summary>A request was not carried out, and the problem says all that is known of it.</summary>
public sealed class ControlException(Problem problem, Exception? cause = null)
    : IOException(problem.Reason is null ? problem.Message : $"{problem.Message} {problem.Reason}", cause)
{
    public ControlException(ErrorCode code, string message, string? reason = null, string? hint = null)
        : this(Problem.Of(code, message, reason, hint))
    {
    }

    public Problem Problem { get; } = problem;
}
