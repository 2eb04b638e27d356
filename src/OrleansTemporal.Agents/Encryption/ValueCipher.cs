using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Encryption;

/// <summary>Encrypts and decrypts the values of one agent. Thread-safe.</summary>
internal sealed class ValueCipher
{
    private const char NameMark = '!';

    private readonly AgentId id;
    private readonly DataKeyRing? keys;
    private readonly byte[] agent;

    public ValueCipher(AgentId id, DataKeyRing? keys)
    {
        this.id = id;
        this.keys = keys;
        agent = Encoding.ASCII.GetBytes(id.ToString());
    }

    /// <summary>The key that a write names.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>data_key_spent</c>, <c>data_key_missing</c>.</exception>
    public DataKey KeyOf(DataKeyId key) => Keys(key).Find(key) ?? throw Spent(key);

    /// <summary>Encrypts a value into its room.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>data_key_spent</c>.</exception>
    public void Encrypt(DataKey key, ReadOnlySpan<byte> document, ReadOnlySpan<byte> value, Span<byte> stored)
    {
        Span<byte> associated = stackalloc byte[EncryptedValue.AssociatedBytesMax];
        var length = EncryptedValue.WriteAssociated(associated, key.Id, agent, document);
        if (!key.TryEncrypt(value, associated[..length], stored))
        {
            throw Spent(key.Id);
        }
    }

    /// <summary>The value as it came; empty when its key was destroyed. O(value).</summary>
    /// <exception cref="TemporalException">Unavailable, <c>data_key_missing</c>; Corrupt.</exception>
    public ReadOnlyMemory<byte> Decrypt(ReadOnlySpan<byte> document, ReadOnlySpan<byte> stored)
    {
        if (!EncryptedValue.TryReadKey(stored, out var keyId))
        {
            throw Tampered(document);
        }

        if (Keys(keyId).Find(keyId) is not { } key)
        {
            return default;
        }

        Span<byte> associated = stackalloc byte[EncryptedValue.AssociatedBytesMax];
        var length = EncryptedValue.WriteAssociated(associated, keyId, agent, document);
        var value = GC.AllocateUninitializedArray<byte>(stored.Length - EncryptedValue.OverheadBytes);
        return key.TryDecrypt(stored, associated[..length], value) ? value
            : key.State == DataKeyState.Destroyed ? default
            : throw Tampered(document);
    }

    /// <summary>As <see cref="Decrypt"/>, and empty too when the key is missing: for what is derived.</summary>
    public ReadOnlyMemory<byte> DecryptIfPossible(ReadOnlySpan<byte> document, ReadOnlySpan<byte> stored) =>
        EncryptedValue.TryReadKey(stored, out var key) && keys?.TryFind(key) is not null ? Decrypt(document, stored) : default;

    /// <summary>The name of a document that an encrypted value refers to, as the index of references may hold it; null when the value's key is gone.</summary>
    public string? EncryptName(ReadOnlySpan<byte> stored, string name) =>
        EncryptedValue.TryReadKey(stored, out var key) && keys?.TryFind(key) is { } found ? EncryptName(found, name) : null;

    /// <summary>A name of the index of references as it was; null when its key is gone.</summary>
    public string? DecryptName(string stored)
    {
        if (stored.Length == 0 || stored[0] != NameMark)
        {
            return stored;
        }

        return stored.Length > 1 + DataKeyId.TextLength
            && DataKeyId.TryParse(stored.Substring(1, DataKeyId.TextLength), out var id)
            && keys?.TryFind(id) is { } key
            && key.DecryptName(Convert.FromBase64String(stored[(1 + DataKeyId.TextLength)..])) is { } name
            ? Encoding.UTF8.GetString(name)
            : null;
    }

    /// <summary>Every name that the index of references may hold a document under: as it is, and under each key of this agent.</summary>
    public IEnumerable<string> NamesOf(string name) =>
        (keys?.KeysOf(scope => scope.Workspace == id.Workspace && (scope.Namespace is null || scope.Namespace == id.Name)) ?? [])
            .Select(key => EncryptName(key, name))
            .OfType<string>()
            .Prepend(name);

    private static string? EncryptName(DataKey key, string name) => key.EncryptName(Encoding.UTF8.GetBytes(name)) is { Length: > 0 } stored
        ? NameMark + key.Id.ToString() + Convert.ToBase64String(stored)
        : null;

    private DataKeyRing Keys(DataKeyId key) => keys ?? throw new TemporalException(
        ErrorKind.Unavailable, ErrorCodes.DataKeyMissing, $"{id} has a value under the data key {key}, and this process has no key store.");

    private TemporalException Tampered(ReadOnlySpan<byte> document) => new(
        ErrorKind.Corrupt, ErrorCodes.Corrupt, $"The encrypted value of '{Encoding.UTF8.GetString(document)}' in {id} is not the one that was written.");

    private static TemporalException Spent(DataKeyId key) =>
        new(ErrorKind.Unavailable, ErrorCodes.DataKeySpent, $"The data key {key} encrypts no more.") { RetryAfter = TimeSpan.FromSeconds(1) };
}
