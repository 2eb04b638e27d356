using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>A write as far as it can be made outside the gate: validated, canonical, addressed and committed to.</summary>
internal sealed record VectorPreparedWrite(VectorWrite Write, PreparedDelta Delta, Distinction[] Distinctions)
{
    private const int SaltBytes = 16;

    /// <summary>Validates, canonicalises and hashes. Cost: about 4 µs for 784 floats, most of it SHA-256.</summary>
    public static VectorPreparedWrite Prepare(VectorWrite write, ISaltSource salts)
    {
        var (operations, metadata, distinctions, capacity) = Check(write);
        var salt = new byte[SaltBytes];
        salts.Fill(salt);
        var payload = new PayloadBuffer(salt, (int)capacity);
        var writer = new VectorPayloadWriter(payload, write.Settings.Dimensions, operations.Length);
        for (var i = 0; i < operations.Length; i++)
        {
            if (operations[i].IsDelete)
            {
                writer.Delete(operations[i].Id);
            }
            else
            {
                writer.Put(operations[i].Id, metadata[i], operations[i].Vector.Span);
            }
        }

        var draft = new DeltaDraft(
            VectorPayloadFormat.Embed, VectorPayloadFormat.SchemaVersion, payload, new DeltaContext { Operation = write.Operation, Actor = write.Actor, Causes = write.Causes, Group = write.Group });
        return new VectorPreparedWrite(write, new PreparedDelta(draft, salt), distinctions);
    }

    /// <summary>Refuses what no agent would take, before any of several has taken its part.</summary>
    public static void Validate(VectorWrite write) => Check(write);

    private static (ImmutableArray<VectorOperation> Operations, byte[][] Metadata, Distinction[] Distinctions, long Capacity) Check(VectorWrite write)
    {
        var operations = write.Operations;
        if (operations.IsDefaultOrEmpty || operations.Length > Limits.BatchCountMax)
        {
            throw new TemporalException(
                operations.IsDefaultOrEmpty ? ErrorKind.Invalid : ErrorKind.TooLarge,
                operations.IsDefaultOrEmpty ? ErrorCodes.InvalidField : ErrorCodes.BatchTooLarge,
                $"Between 1 and {Limits.BatchCountMax} operations are accepted.")
            {
                Field = "items",
                Limit = Limits.BatchCountMax,
            };
        }

        var metadata = new byte[operations.Length][];
        var distinctions = new Distinction[operations.Length];
        var capacity = 8L;
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = operations[i];
            try
            {
                (metadata[i], distinctions[i]) = Check(operation, write.Settings);
            }
            catch (TemporalException refusal) when (operations.Length > 1)
            {
                throw new TemporalException(refusal.Kind, refusal.Code, refusal.Message, refusal)
                {
                    Field = refusal.Field is null ? $"items[{i}]" : $"items[{i}].{refusal.Field}",
                    Limit = refusal.Limit,
                };
            }

            capacity += VectorPayloadWriter.GetCapacity(operation.Id, metadata[i].Length, operation.IsDelete ? 0 : write.Settings.Dimensions);
        }

        if (capacity > Limits.DeltaBytesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BodyTooLarge, $"A write has at most {Limits.DeltaBytesMax} bytes.") { Limit = Limits.DeltaBytesMax };
        }

        return (operations, metadata, distinctions, capacity);
    }

    private static (byte[] Metadata, Distinction Distinction) Check(VectorOperation operation, VectorSettings settings)
    {
        EntityKeys.Validate(operation.Id, "id");
        if (operation.IsDelete)
        {
            return ([], default);
        }

        VectorRules.RequireVector(settings, operation.Vector.Span, "vector");
        return (VectorRules.Canonicalize(operation.Metadata.Span), VectorAddress.Of(operation.Vector.Span, settings.Model));
    }

    /// <summary>The delta that begins a collection.</summary>
    public static PreparedDelta PrepareIndex(VectorWrite write, ISaltSource salts)
    {
        var salt = new byte[SaltBytes];
        salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        VectorIndexPayload.Write(payload, write.Collection, write.Settings);
        return new PreparedDelta(
            new DeltaDraft(VectorPayloadFormat.Index, VectorPayloadFormat.SchemaVersion, payload, new DeltaContext { Actor = write.Actor }), salt);
    }
}
