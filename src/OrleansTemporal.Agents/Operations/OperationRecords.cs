using OrleansTemporal.Causality;

namespace OrleansTemporal.Operations;

/// <summary>
/// The operations that a log tells of: those of the last 24 hours, and at most the newest <see cref="Limits.OperationsRememberedMax"/>,
/// as long as the keys of their requests are recognised. A fold; touched only under the gate.
/// </summary>
internal sealed class OperationRecords
{
    private static readonly long AgeMillisecondsMax = (long)TimeSpan.FromHours(24).TotalMilliseconds;

    private readonly Dictionary<string, OperationRecord> records = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> begun = [];
    private readonly Queue<(long Sequence, HybridTimestamp Time)> order = new();

    /// <summary>An operation; null when it is not known or forgotten.</summary>
    public OperationRecord? Find(string id) => records.GetValueOrDefault(id);

    /// <summary>The operation that the delta of this sequence has begun.</summary>
    public OperationRecord? BegunAt(long sequence) => begun.TryGetValue(sequence, out var id) ? Find(id) : null;

    /// <summary>Takes in what a delta says.</summary>
    public void Apply(OperationPayload said, long sequence, HybridTimestamp time)
    {
        if (!said.Outcome.IsEmpty)
        {
            if (records.TryGetValue(said.Id, out var ended))
            {
                records[said.Id] = ended with { Outcome = said.Outcome };
            }
        }
        else if (said.TakesOver > 0 && records.TryGetValue(said.Id, out var known))
        {
            records[said.Id] = known with { Sequence = sequence };
        }
        else
        {
            records[said.Id] = new OperationRecord { Id = said.Id, Process = said.Process, Workspace = said.Workspace, Sequence = sequence, SystemTime = time };
            begun[sequence] = said.Id;
            order.Enqueue((sequence, time));
        }

        while (order.Count > Limits.OperationsRememberedMax || (order.TryPeek(out var oldest) && time.Milliseconds - oldest.Time.Milliseconds > AgeMillisecondsMax))
        {
            if (begun.Remove(order.Dequeue().Sequence, out var id))
            {
                records.Remove(id);
            }
        }
    }
}
