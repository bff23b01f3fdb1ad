using IscsiMount.Primitives;

namespace IscsiMount.Target.Tasks;

/// <summary>One piece of a write that the target asks for.</summary>
internal readonly record struct DataRequest(uint TargetTransferTag, uint R2TSN, int Offset, int Length);

/// <summary>
/// Collects the data of one write: says what to ask for, where each PDU belongs, and when all that is owed has come
/// (RFC 7143 §11.7, §11.8). It holds positions only, no bytes. The task owns it and uses it again for the next one.
/// </summary>
/// <remarks>
/// <code>
///   what comes                        while                            effect
///   immediate data                    allowed, at most a first burst   counted from offset 0
///   unsolicited PDU                   the first burst is open          counted; its F closes the burst
///   PDU with the tag of a request     that request is open             counted; its F closes the request
///   any of these, wrong size/order                                     fault, the bytes are dropped
///   PDU with another tag                                               belongs to nobody, dropped
///   PDU that was damaged              data is recovered                counted, and asked for again
///   PDU behind one that did not come  data is recovered                counted, and the gap is asked for
///   either of them                    it is not                        fault
/// </code>
/// What was lost is asked for when its sequence is closed, before anything new is (RFC 7143 §7.8, §7.9).
/// A write with a fault asks for nothing more, and is complete when each sequence that the initiator still owes has
/// been closed by its F: only then may it be answered (§11.4.2).
/// </remarks>
internal sealed class DataOutAssembly
{
    /// <summary>The tag of data that nobody asked for (RFC 7143 §11.7.4).</summary>
    public const uint UnsolicitedTag = uint.MaxValue;

    // LIMIT: pieces of one write that are asked for again. More than that, and something is broken.
    private const int RecoveriesMax = 32;

    private readonly Queue<(int First, int End)> _lost = new();
    private Sequence[] _open = [];
    private int _openCount;
    private DataOutTerms? _terms;
    private int _wantedLength;
    private int _asked;
    private uint _nextR2TSN;
    private int _recoveryCount;

    /// <summary>What has gone wrong so far. The first fault stays.</summary>
    public DataOutFault Fault { get; private set; }

    /// <summary>Nothing is owed any more.</summary>
    public bool IsComplete =>
        _openCount == 0 && (Fault != DataOutFault.None || (_asked >= _wantedLength && _lost.Count == 0));

    /// <summary>The number that the next request will have.</summary>
    public uint NextR2TSN => _nextR2TSN;

    /// <summary>The requests that are not answered yet.</summary>
    public IEnumerable<DataRequest> OpenRequests => _open.Take(_openCount)
        .Where(each => each.Tag != UnsolicitedTag)
        .Select(each => new DataRequest(each.Tag, each.R2TSN, each.First, each.End - each.First));

    /// <summary>
    /// The memory that the data needs: what the command wants, and beyond it what may come without being asked for.
    /// </summary>
    public int BufferLength { get; private set; }

    /// <summary>Begins with the command itself.</summary>
    /// <param name="terms">What was negotiated.</param>
    /// <param name="expectedLength">The Expected Data Transfer Length.</param>
    /// <param name="wantedLength">What the CDB makes of it: at most the expected length.</param>
    /// <param name="immediateLength">What the command PDU carries.</param>
    /// <param name="isFinal">The F bit of the command: no unsolicited PDUs follow.</param>
    public void Begin(DataOutTerms terms, int expectedLength, int wantedLength, int immediateLength, bool isFinal)
    {
        Invariant.Holds(wantedLength >= 0 && wantedLength <= expectedLength);
        _terms = terms;
        _openCount = 0;
        if (_open.Length < terms.MaxOutstandingR2T)
        {
            _open = new Sequence[terms.MaxOutstandingR2T];
        }

        _wantedLength = wantedLength;
        _lost.Clear();
        (_nextR2TSN, _recoveryCount) = (0, 0);
        Fault = DataOutFault.None;

        int firstBurst = Math.Min(terms.FirstBurstLength, expectedLength);
        _asked = immediateLength;
        if (immediateLength > 0 && !terms.ImmediateData)
        {
            Fail(DataOutFault.Unexpected);
        }
        else if (immediateLength > firstBurst)
        {
            Fail(DataOutFault.WrongAmount);
        }

        if (!isFinal)
        {
            BeginFirstBurst(firstBurst, immediateLength);
        }

        BufferLength = Math.Max(wantedLength, Math.Min(Math.Max(_asked, immediateLength), expectedLength));
    }

    /// <summary>Nothing of the data is wanted, because the command has failed already.</summary>
    public void Refuse()
    {
        _wantedLength = 0;
        _lost.Clear();
    }

    /// <summary>Nothing is waited for any more. What comes all the same belongs to nobody.</summary>
    public void Abandon()
    {
        Refuse();
        _openCount = 0;
    }

    /// <summary>The next piece to ask for, if the terms allow one now.</summary>
    /// <param name="tag">A tag that no open request has.</param>
    public DataRequest? NextRequest(uint tag)
    {
        Invariant.Holds(_terms is not null);
        bool mayAsk = Fault == DataOutFault.None && _openCount < _terms.MaxOutstandingR2T && !Owns(UnsolicitedTag);
        if (mayAsk && _lost.TryDequeue(out (int First, int End) lost))
        {
            return Request(tag, lost.First, lost.End - lost.First);
        }

        if (!mayAsk || _asked >= _wantedLength)
        {
            return null;
        }

        int first = _asked;
        int length = Math.Min(_terms.MaxBurstLength, _wantedLength - first);
        _asked += length;
        return Request(tag, first, length);
    }

    /// <summary>Whether a sequence with this tag is open, so that a PDU with it belongs to this write.</summary>
    public bool Owns(uint tag) => Find(tag) >= 0;

    /// <summary>
    /// Whether the bytes of a Data-Out PDU belong into the buffer, at the offset that it names. If not, they are
    /// dropped.
    /// </summary>
    public bool Fits(uint tag, uint dataSN, uint offset, int length)
    {
        int index = Find(tag);
        return index >= 0 && Fault == DataOutFault.None
            && (_open[index].Continues(dataSN, offset, length) || Skips(_open[index], dataSN, offset, length));
    }

    /// <summary>A Data-Out PDU of a sequence that is open has come completely.</summary>
    public void Accept(uint tag, uint dataSN, uint offset, int length, bool isFinal)
    {
        int index = Find(tag);
        Invariant.Holds(index >= 0);
        ref Sequence sequence = ref _open[index];
        if (Skips(sequence, dataSN, offset, length))
        {
            Lose(sequence.Next, (int)offset);
            (sequence.Next, sequence.DataSN) = ((int)offset, dataSN);
        }

        if (sequence.Continues(dataSN, offset, length))
        {
            sequence.Next += length;
            sequence.DataSN = unchecked(sequence.DataSN + 1);
        }
        else
        {
            Fail(DataOutFault.WrongAmount);
        }

        if (isFinal)
        {
            if (sequence.Next != sequence.End)
            {
                Fail(DataOutFault.WrongAmount);
            }

            Close(index);
        }
    }

    /// <summary>
    /// As <see cref="Accept"/>, for a PDU whose data segment did not match its digest. Its data has not come.
    /// </summary>
    public void AcceptDamaged(uint tag, uint dataSN, uint offset, int length, bool isFinal)
    {
        bool fits = Fits(tag, dataSN, offset, length);
        Accept(tag, dataSN, offset, length, isFinal);
        Invariant.Holds(_terms is not null);
        if (!_terms.Recovers)
        {
            Fail(DataOutFault.BadDigest);
        }
        else if (fits)
        {
            Lose((int)offset, (int)offset + length);
        }
    }

    private DataRequest Request(uint tag, int first, int length)
    {
        Open(tag, first, first + length);
        var request = new DataRequest(tag, _nextR2TSN, first, length);
        _nextR2TSN = unchecked(_nextR2TSN + 1);
        return request;
    }

    // What is not wanted is not missed either.
    private void Lose(int first, int end)
    {
        end = Math.Min(end, _wantedLength);
        if (first >= end)
        {
            return;
        }

        _recoveryCount++;
        if (_recoveryCount > RecoveriesMax)
        {
            Fail(DataOutFault.BadDigest);
        }
        else
        {
            _lost.Enqueue((first, end));
        }
    }

    // A PDU that has its place behind a gap, so that those before it were lost.
    private bool Skips(in Sequence sequence, uint dataSN, uint offset, int length) =>
        _terms is { Recovers: true }
        && new SerialNumber(sequence.DataSN).Precedes(new(dataSN))
        && offset > (uint)sequence.Next && offset + (long)length <= sequence.End;

    // Data that may not come is waited for all the same: the answer follows its F.
    private void BeginFirstBurst(int firstBurst, int immediateLength)
    {
        Invariant.Holds(_terms is not null);
        int end = Math.Max(firstBurst, immediateLength);
        Open(UnsolicitedTag, immediateLength, end);
        _asked = end;
        if (_terms.InitialR2T)
        {
            Fail(DataOutFault.Unexpected);
        }
    }

    private void Fail(DataOutFault fault) => Fault = Fault == DataOutFault.None ? fault : Fault;

    private void Open(uint tag, int first, int end)
    {
        Invariant.Holds(!Owns(tag));
        _open[_openCount] = new Sequence { Tag = tag, First = first, Next = first, End = end, R2TSN = _nextR2TSN };
        _openCount++;
    }

    private void Close(int index)
    {
        _openCount--;
        _open[index] = _open[_openCount];
    }

    private int Find(uint tag)
    {
        for (int i = 0; i < _openCount; i++)
        {
            if (_open[i].Tag == tag)
            {
                return i;
            }
        }

        return -1;
    }

    private struct Sequence
    {
        public required uint Tag;
        public required uint R2TSN;
        public required int First;

        // INVARIANT: Next <= End.
        public required int Next;
        public required int End;
        public uint DataSN;

        public readonly bool Continues(uint dataSN, uint offset, int length) =>
            dataSN == DataSN && offset == (uint)Next && length <= End - Next;
    }
}
