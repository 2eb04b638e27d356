using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <content>
/// Encrypted values. Memory, segments and runs have them as they are stored; they are decrypted on the way out, outside of the
/// gate, so that a key that is destroyed takes them with it everywhere at once.
/// </content>
internal sealed partial class StorageCore
{
    private readonly ValueCipher cipher;

    /// <summary>The answer with its value readable; erased when the value's key was destroyed.</summary>
    public KvReadResult Reveal(in KvReadResult result) =>
        result.Version is not { DataKey.IsNone: false } version ? result
        : Reveal(version) is { IsErased: false } readable ? result with { Version = readable }
        : result with { Version = null, IsErased = true };

    private KvVersion Reveal(KvVersion version)
    {
        if (version.DataKey.IsNone)
        {
            return version;
        }

        var value = cipher.Decrypt(Encoding.UTF8.GetBytes(version.Key), version.Value.Span);
        return value.IsEmpty
            ? version with { Value = default, IsErased = true }
            : version with { Value = value, DistinctionId = Documents.DistinctionOf(value.Span) };
    }

    private ImmutableArray<KvVersion> Reveal(ImmutableArray<KvVersion> versions) =>
        versions.Any(static version => !version.DataKey.IsNone) ? [.. versions.Select(Reveal)] : versions;

    private ReadOnlyMemory<byte> Reveal(string key, ReadOnlyMemory<byte> value, bool isEncrypted) =>
        isEncrypted && !value.IsEmpty ? cipher.Decrypt(Encoding.UTF8.GetBytes(key), value.Span) : value;

    // Under the gate. A key that was retired since the values were encrypted is about to be destroyed, and would take them along;
    // one that was read too long ago may have been retired elsewhere.
    private void RequireActive(KvPreparedWrite prepared)
    {
        foreach (var key in prepared.DataKeys)
        {
            if (!key.IsActive || Services.Keys is { IsStale: true })
            {
                throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.DataKeySpent, $"The data key {key.Id} encrypts no more.") { RetryAfter = TimeSpan.FromSeconds(1) };
            }
        }
    }

    /// <summary>
    /// The delta of an operation, when the request is the same. The digest that it is known by may be keyed by a data key that
    /// is not the newest of its scope any more, so the delta is asked which.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>idempotency_key_reused</c>; Gone, <c>value_erased</c>, when the data key was destroyed.</exception>
    private async ValueTask<OperationEntry?> FindRecordedAsync(OperationStamp? stamp, CancellationToken cancellationToken)
    {
        OperationEntry? entry;
        lock (Gate)
        {
            RequireAlive();
            entry = FindOperationByKey(stamp);
        }

        if (entry is null || IsSameBody(entry, stamp!))
        {
            return entry;
        }

        await Log.WhenDurableAsync(entry.Sequence, cancellationToken).ConfigureAwait(false);
        var delta = await ReadDeltaAsync(entry.Sequence, cancellationToken).ConfigureAwait(false);
        if (!DataKeyId.TryParse(delta.KeyId, out var id))
        {
            throw Reused();
        }

        var key = Services.Keys is { } keys ? keys.Find(id) : null;
        return key is null ? throw RepeatErased()
            : IsSameBody(entry, KvPreparedWrite.Keyed(stamp, key)!) ? entry
            : throw Reused();
    }

    private static TemporalException RepeatErased() =>
        new(ErrorKind.Gone, ErrorCodes.ValueErased, "The write with this idempotency key was erased; it is not written again.") { Field = "Idempotency-Key" };
}
