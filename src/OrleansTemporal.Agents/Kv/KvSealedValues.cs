using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The values of one sealed delta, found once: keys that were written by one batch often follow each other in a scan, and
/// going through the batch again for each of them would cost its square.
/// </summary>
internal sealed class KvSealedValues
{
    private readonly ReadOnlyMemory<byte> payload;
    private readonly List<Value> values = [];

    public KvSealedValues(DeltaRecord delta)
    {
        Sequence = delta.Sequence;
        if (!delta.HasPayload)
        {
            return;
        }

        payload = delta.Payload;
        foreach (var operation in new KvPayloadReader(payload.Span))
        {
            values.Add(new Value(operation.ValueAt, operation.Kind == KvOperationKind.Put ? operation.ValueLength : 0, operation.IsEncrypted));
        }
    }

    /// <summary>Sequence of the delta.</summary>
    public long Sequence { get; }

    /// <summary>The value of an operation; its length is 0 for a tombstone and when the delta was erased.</summary>
    public Value Find(int ordinal) => payload.IsEmpty ? default : values[ordinal];

    /// <summary>A value as it is stored: canonical JSON, or encrypted.</summary>
    public ReadOnlyMemory<byte> Read(Value value) => payload.Slice(value.At, value.Length);

    /// <summary>Where a value stands in the payload.</summary>
    internal readonly record struct Value(int At, int Length, bool IsEncrypted);
}
