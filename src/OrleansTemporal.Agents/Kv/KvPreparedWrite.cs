using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>
/// A write as far as it can be made outside the gate: validated, canonical, hashed and committed to. Inside, only the
/// previous version of each key is added.
/// </summary>
internal sealed class KvPreparedWrite
{
    private const int SaltBytes = 16;
    private const int BufferBytesKept = 4 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? canonicalBuffer;

    private readonly PreparedKey[] keys;

    private KvPreparedWrite(KvWrite write, PreparedDelta delta, Distinction[] distinctions, PreparedKey[] keys)
    {
        Write = write;
        Delta = delta;
        Distinctions = distinctions;
        this.keys = keys;
    }

    public KvWrite Write { get; }

    public PreparedDelta Delta { get; }

    /// <summary>Content address of each operation's value; zero for a delete.</summary>
    public Distinction[] Distinctions { get; }

    /// <summary>Validates, canonicalises and hashes. Cost: about 3 µs for 1 KB, most of it SHA-256.</summary>
    public static KvPreparedWrite Prepare(KvWrite write, ISaltSource salts)
    {
        var operations = write.Operations;
        if (operations.Length is < 1 or > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A write has 1 to {Limits.BatchCountMax} operations, not {operations.Length}.")
            {
                Field = "operations",
                Limit = Limits.BatchCountMax,
            };
        }

        Span<byte> salt = stackalloc byte[SaltBytes];
        salts.Fill(salt);
        var payload = PayloadBuffer.Rent(salt, EstimateBytes(operations));
        var distinctions = new Distinction[operations.Length];
        var keys = new PreparedKey[operations.Length];
        var writer = new KvPayloadWriter(payload, operations.Length);
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = operations[i];
            ValidateHead(operation);
            if (operation.Kind == KvOperationKind.Delete)
            {
                writer.Delete(operation.Key);
            }
            else
            {
                var canonical = Canonicalize(operation);
                distinctions[i] = Documents.DistinctionOf(canonical);
                writer.Put(operation.Key, canonical);
            }

            keys[i] = new PreparedKey(writer.KeyAt, writer.KeyLength, KvLookup.HashOf(payload.Written.Span.Slice(writer.KeyAt, writer.KeyLength)));
        }

        var verb = operations.All(static operation => operation.Kind == KvOperationKind.Delete) ? KvKinds.Delete : KvKinds.Store;
        var context = write is { Operation: null, Group: null, Actor: "", Causes.IsDefaultOrEmpty: true, Metadata.IsDefaultOrEmpty: true }
            ? DeltaContext.None
            : new DeltaContext
            {
                Operation = write.Operation,
                Group = write.Group,
                Actor = write.Actor,
                Causes = write.Causes,
                Metadata = write.Metadata,
            };
        var draft = new DeltaDraft(verb, KvPayloadFormat.SchemaVersion, payload, context);
        return new KvPreparedWrite(write, new PreparedDelta(draft, write.Operation is null ? default : salt.ToArray()), distinctions, keys);
    }

    /// <summary>Gives the payload's memory back, once the delta is staged and its bytes are copied; nothing of it is read again.</summary>
    public void Recycle() => Delta.Draft.Recycle();

    /// <summary>An operation's key, ready to be looked for.</summary>
    public KvLookup KeyOf(int ordinal)
    {
        var key = keys[ordinal];
        return new KvLookup(Delta.Draft.Payload.Span.Slice(key.At, key.Length), key.Hash);
    }

    /// <summary>Refuses what <see cref="Prepare"/> would refuse of one operation, and makes nothing.</summary>
    public static void Validate(KvOperation operation)
    {
        ValidateHead(operation);
        if (operation.Kind == KvOperationKind.Put)
        {
            Canonicalize(operation);
        }
    }

    private static void ValidateHead(KvOperation operation)
    {
        EntityKeys.Validate(operation.Key, "key");
        KvExpiry.Validate(operation.TimeToLive, "ttl");
        if (operation.Kind is not (KvOperationKind.Put or KvOperationKind.Delete) || (operation.Kind == KvOperationKind.Delete && operation.TimeToLive is not null))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "An operation is a put, or a delete without a time to live.") { Field = "operations" };
        }
    }

    // The span lives in a buffer of this thread until the next call.
    private static ReadOnlySpan<byte> Canonicalize(KvOperation operation)
    {
        var buffer = canonicalBuffer ??= new ArrayBufferWriter<byte>(4_096);
        if (buffer.Capacity > BufferBytesKept)
        {
            canonicalBuffer = buffer = new ArrayBufferWriter<byte>(4_096);
        }

        buffer.ResetWrittenCount();
        CanonicalJson.Canonicalize(operation.Value.Span, buffer);
        return buffer.WrittenCount <= Limits.ValueBytesMax
            ? buffer.WrittenSpan
            : throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.ValueTooLarge, $"The value of '{operation.Key}' has more than {Limits.ValueBytesMax} bytes.")
            {
                Field = "value",
                Limit = Limits.ValueBytesMax,
            };
    }

    private readonly record struct PreparedKey(int At, int Length, uint Hash);

    private static int EstimateBytes(ImmutableArray<KvOperation> operations)
    {
        var bytes = 4L;
        foreach (var operation in operations)
        {
            bytes += operation.Key.Length + operation.Value.Length + 8;
        }

        return (int)Math.Min(bytes, Limits.BodyBytesMax);
    }
}
