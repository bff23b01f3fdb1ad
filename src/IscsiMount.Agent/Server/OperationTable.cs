using System.Security.Cryptography;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Agent.Server;

/// <summary>
/// The operations under way and the last ones that ended. An operation that arrives again is not carried out again:
/// it gets the answer of the first time, also while that is still to come.
/// </summary>
/// <remarks>Any number of callers. One lock guards the table; nothing waits while it is held.</remarks>
internal sealed class OperationTable
{
    /// <summary>LIMIT: far more than a user starts between a request and its repetition.</summary>
    public const int EntriesMax = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<OperationId, Entry> _entries = [];
    private readonly Queue<OperationId> _oldestFirst = new();

    /// <summary>Runs an operation, or joins it.</summary>
    /// <param name="id">The intention of the user.</param>
    /// <param name="route">With <paramref name="content"/>: what is asked. It must be the same each time.</param>
    /// <param name="content">The request as it came.</param>
    /// <param name="run">Called at most once for an id.</param>
    public Task<Document> RunOnceAsync(
        OperationId id, string route, ReadOnlySpan<byte> content, Func<Task<Document>> run)
    {
        string question = $"{route} {Convert.ToHexString(SHA256.HashData(content))}";
        Task<Task<Document>> start;
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out Entry? known))
            {
                return known.Question == question ? known.Answer : throw Reused(id);
            }

            MakeRoom();
            start = new Task<Task<Document>>(run);
            entry = new Entry(question, start.Unwrap());
            _entries.Add(id, entry);
            _oldestFirst.Enqueue(id);
        }

        // Outside of the lock, since the operation runs on this thread until it waits for the first time.
        start.RunSynchronously(TaskScheduler.Default);
        return entry.Answer;
    }

    private void MakeRoom()
    {
        for (int i = 0; i < EntriesMax && _entries.Count >= EntriesMax; i++)
        {
            OperationId oldest = _oldestFirst.Dequeue();
            if (_entries[oldest].Answer.IsCompleted)
            {
                _entries.Remove(oldest);
            }
            else
            {
                _oldestFirst.Enqueue(oldest);
            }
        }

        if (_entries.Count >= EntriesMax)
        {
            throw new ControlException(
                ErrorCode.AgentUnreachable,
                "The agent has too much to do.",
                $"{EntriesMax} operations are under way.",
                "Wait until some of them have ended.");
        }
    }

    private static ControlException Reused(OperationId id) => new(
        ErrorCode.OperationIdReused, $"The operation id {id} stands for another request already.");

    private sealed record Entry(string Question, Task<Document> Answer);
}
