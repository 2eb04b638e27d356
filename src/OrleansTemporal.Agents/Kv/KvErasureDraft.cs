using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The delta of an erasure as far as it can be made outside the gate.</summary>
internal sealed record KvErasureDraft(PreparedDelta Delta, IReadOnlyList<KvErasable> Keys, KvErasure Erasure, long MapVersion, KvTransfers? Moved)
{
    public int VersionCount => Erasure.Deltas.Sum(static delta => delta.Ordinals.Length);

    public static KvErasureDraft Prepare(KvErase request, OperationStamp? stamp, IReadOnlyList<KvErasable> keys, KvErasure erasure, KvTransfers? moved, ISaltSource salts)
    {
        var salt = new byte[PayloadBuffer.SaltBytes];
        salts.Fill(salt);
        var payload = new PayloadBuffer(salt, keys.Sum(static key => KvPayloadWriter.OperationBytesMax + (3 * key.Key.Length)));
        var writer = new KvPayloadWriter(payload, keys.Count);
        foreach (var key in keys)
        {
            writer.Delete(key.Key);
        }

        var context = new DeltaContext
        {
            Operation = stamp,
            Actor = request.Actor,
            Metadata = [.. Pairs(request)],
        };
        return new KvErasureDraft(
            new PreparedDelta(new DeltaDraft(KvKinds.Erase, KvPayloadFormat.SchemaVersion, payload, context), stamp is null ? default : salt), keys, erasure, request.MapVersion, moved);
    }

    // In the order of their keys' bytes, as metadata is.
    private static IEnumerable<KeyValuePair<string, string>> Pairs(KvErase request)
    {
        if (request.DataKeys.Length > 0)
        {
            yield return KeyValuePair.Create("dataKeys", request.DataKeys);
        }

        if (request.Reason.Length > 0)
        {
            yield return KeyValuePair.Create("reason", request.Reason);
        }
    }
}
