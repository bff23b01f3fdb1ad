using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Answers;

namespace IscsiMount.Target.Tasks;

/// <summary>What became of a SNACK for requests.</summary>
internal enum RepetitionOutcome
{
    /// <summary>No write of this tag waits for data; the SNACK may be for something else.</summary>
    NotConcerned,

    Repeated,

    /// <summary>The requests that are meant are answered already, or were never sent.</summary>
    NotThere,
}

/// <summary>Sends requests for data again that the initiator misses (RFC 7143 §11.16).</summary>
internal sealed class RequestRepetition(TaskRunner runner)
{
    /// <param name="snack">Which command and which requests are meant.</param>
    /// <param name="allegiance">The connection that asks.</param>
    /// <param name="nextR2TSN">The number that the next request will have, if there is a write.</param>
    public RepetitionOutcome Repeat(in SnackRequest snack, Allegiance allegiance, out SerialNumber nextR2TSN)
    {
        nextR2TSN = default;
        SerialNumber first = snack.BegRun;
        SerialNumber end = new(unchecked(first.Value + snack.RunLength));
        bool isOpenEnded = snack.RunLength == 0;
        lock (runner.Lock)
        {
            if (runner.Table.Find(snack.InitiatorTaskTag) is not { Command.IsWrite: true } task
                || task.Phase != TaskPhase.Waiting
                || !ReferenceEquals(task.Allegiance, allegiance))
            {
                return RepetitionOutcome.NotConcerned;
            }

            nextR2TSN = new(task.Data.NextR2TSN);
            DataRequest[] missed =
            [
                .. task.Data.OpenRequests
                    .Where(each => !new SerialNumber(each.R2TSN).Precedes(first))
                    .Where(each => isOpenEnded || new SerialNumber(each.R2TSN).Precedes(end))
                    .OrderBy(each => each.R2TSN),
            ];
            foreach (DataRequest request in missed)
            {
                allegiance.Sink.Add(DataAnswers.Ask(task.Command, request));
            }

            return missed.Length > 0 ? RepetitionOutcome.Repeated : RepetitionOutcome.NotThere;
        }
    }
}
