using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One delta as the auditor reads it back from the log.</summary>
internal sealed record AuditedDelta(
    long Sequence, HybridTimestamp SystemTime, Distinction Root, int Write, IReadOnlyList<(KvOperationKind Kind, string Key, string Value)> Operations)
{
    public static AuditedDelta Read(in DeltaRecord delta, Distinction root)
    {
        var operations = new List<(KvOperationKind, string, string)>();
        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            operations.Add((
                operation.Kind,
                System.Text.Encoding.UTF8.GetString(operation.Key),
                System.Text.Encoding.UTF8.GetString(delta.Payload.Span.Slice(operation.ValueAt, operation.ValueLength))));
        }

        var write = int.Parse(delta.Metadata.Single(static pair => pair.Key == "write").Value);
        return new AuditedDelta(delta.Sequence, delta.SystemTime, root, write, operations);
    }
}
