namespace IscsiMount.Build;

/// <summary>What was typed behind the name of a task. Each option is taken once; what is left is a mistake.</summary>
internal sealed class TaskArguments(IEnumerable<string> arguments)
{
    private readonly List<string> _left = [.. arguments];

    /// <summary>Whether an option without a value was given.</summary>
    public bool TakeFlag(string name) => _left.Remove(name);

    /// <summary>The value of an option, or nothing if it was not given.</summary>
    public string? TakeOption(string name)
    {
        int index = _left.IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        if (index + 1 == _left.Count)
        {
            throw new BuildFailedException($"{name} wants a value.", BuildFailedException.WrongUsage);
        }

        string value = _left[index + 1];
        _left.RemoveRange(index, 2);
        return value;
    }

    /// <summary>All that is left, for a program behind the task.</summary>
    public string[] TakeRest()
    {
        string[] rest = [.. _left];
        _left.Clear();
        return rest;
    }

    /// <summary>Fails if something was typed that the task does not know.</summary>
    public void End(IBuildTask task)
    {
        if (_left.Count > 0)
        {
            throw new BuildFailedException(
                $"'{string.Join(' ', _left)}' means nothing here. Usage: {task.Usage}",
                BuildFailedException.WrongUsage);
        }
    }
}
