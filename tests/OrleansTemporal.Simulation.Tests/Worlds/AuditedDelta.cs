using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One delta as the auditor reads it back from the log.</summary>
internal sealed record AuditedDelta(
    long Sequence, HybridTimestamp SystemTime, Distinction Root, int Write, IReadOnlyList<(KvOperationKind Kind, string Key, string Value, HybridTimestamp? ExpiresAt)> Operations)
{
    // Nobody's write: clean-up found values that were over.
    private const int CleanUp = -1;

    public bool IsCleanUp => Write == CleanUp;

    public static AuditedDelta Read(in DeltaRecord delta, Distinction root)
    {
        var operations = new List<(KvOperationKind, string, string, HybridTimestamp?)>();
        var facet = new KvFacetReader(delta.Facet, 0);
        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            ViolationException.ThrowUnless(facet.MoveNext(), $"delta {delta.Sequence} has more operations than header entries");
            operations.Add((
                operation.Kind,
                System.Text.Encoding.UTF8.GetString(operation.Key),
                System.Text.Encoding.UTF8.GetString(delta.Payload.Span.Slice(operation.ValueAt, operation.ValueLength)),
                facet.ExpiresAt));
        }

        var write = operations[0].Item1 == KvOperationKind.Expire ? CleanUp : int.Parse(delta.Metadata.Single(static pair => pair.Key == "write").Value);
        return new AuditedDelta(delta.Sequence, delta.SystemTime, root, write, operations);
    }
}
