using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansTemporal.Agents;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Encryption;

/// <summary>
/// One data key in memory, as three keys derived from it (HKDF, RFC 5869): for values, for digests of requests and for names
/// of documents in references. Thread-safe. A nonce is 64 bits drawn once for each life of the process and a count, so it can
/// not repeat within a life; lives meet with a chance of n² / 2⁶⁵ for n of them, 2⁻³³ at 65,536.
/// </summary>
internal sealed class DataKey
{
    private const int DerivedBytes = 32;

    // Ciphers are not thread-safe, and making one costs more than using it: each is lent to one caller at a time, and
    // callers of one thread mostly meet the same one.
    private const int CiphersKept = 16;

    private readonly AesGcm?[] ciphers = new AesGcm?[CiphersKept];
    private readonly byte[] valueKey;
    private readonly byte[] digestKey;
    private readonly byte[] referenceKey;
    private readonly ulong life;
    private readonly long valuesMax;
    private long count;
    private volatile DataKeyState state;

    public DataKey(StoredDataKey stored, ISaltSource salts, long valuesMax)
    {
        Info = new DataKeyInfo(stored.Id, stored.Scope!, stored.Number, stored.State, stored.CreatedAt);
        IdText = stored.Id.ToString();
        state = stored.State;
        valueKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, stored.Material, DerivedBytes, info: "ot/value"u8.ToArray());
        digestKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, stored.Material, DerivedBytes, info: "ot/digest"u8.ToArray());
        referenceKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, stored.Material, DerivedBytes, info: "ot/reference"u8.ToArray());
        CryptographicOperations.ZeroMemory(stored.Material);
        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        salts.Fill(drawn);
        life = BinaryPrimitives.ReadUInt64LittleEndian(drawn);
        this.valuesMax = valuesMax;
    }

    public DataKeyInfo Info { get; }

    public DataKeyId Id => Info.Id;

    /// <summary>The id as headers have it; the same string for all of them.</summary>
    public string IdText { get; }

    public DataKeyState State => state;

    /// <summary>Whether it may encrypt: not when it is retired, or has encrypted as much as one key should.</summary>
    public bool IsUsable => state == DataKeyState.Active && Volatile.Read(ref count) < valuesMax;

    /// <summary>Whether what was encrypted under it, and is not staged yet, may still be.</summary>
    public bool IsActive => state == DataKeyState.Active;

    /// <summary>Encrypts a value into its room: <see cref="EncryptedValue.OverheadBytes"/> more than it has itself. False when the key encrypts no more.</summary>
    public bool TryEncrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> associated, Span<byte> stored)
    {
        var number = Interlocked.Increment(ref count);
        if (state != DataKeyState.Active || number > valuesMax)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[EncryptedValue.NonceBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, life);
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[sizeof(ulong)..], (uint)(number - 1));
        EncryptedValue.WriteHead(stored, Id, nonce);
        var cipher = Rent(out var place);
        cipher.Encrypt(nonce, value, EncryptedValue.CiphertextOf(stored), EncryptedValue.TagOf(stored), associated);
        Return(cipher, place);
        return true;
    }

    /// <summary>Decrypts a value; false when it is not what was encrypted.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> associated, Span<byte> value)
    {
        var cipher = Rent(out var place);
        try
        {
            cipher.Decrypt(EncryptedValue.NonceOf(stored), EncryptedValue.CiphertextOf(stored), EncryptedValue.TagOf(stored), value, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            Return(cipher, place);
        }
    }

    /// <summary>A digest that nobody can make who does not have the key.</summary>
    public void Digest(ReadOnlySpan<byte> digest, Span<byte> keyed) => HMACSHA256.HashData(digestKey, digest, keyed);

    /// <summary>
    /// Encrypts the name of a document: the same bytes for the same name, so that it can be looked for. The nonce is a keyed
    /// hash of the name (as in SIV, RFC 5297), so no two names share one but by a collision in 96 bits.
    /// </summary>
    /// <returns>Nonce ‖ ciphertext ‖ tag; empty when the key has been destroyed.</returns>
    public byte[] EncryptName(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(digestKey, name, hash);
        var stored = new byte[EncryptedValue.NonceBytes + name.Length + EncryptedValue.TagBytes];
        hash[..EncryptedValue.NonceBytes].CopyTo(stored);
        using var cipher = new AesGcm(referenceKey, EncryptedValue.TagBytes);
        cipher.Encrypt(stored.AsSpan(0, EncryptedValue.NonceBytes), name, stored.AsSpan(EncryptedValue.NonceBytes, name.Length), stored.AsSpan(EncryptedValue.NonceBytes + name.Length));
        return state == DataKeyState.Destroyed ? [] : stored;
    }

    /// <summary>Decrypts the name of a document; null when it is none.</summary>
    public byte[]? DecryptName(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < EncryptedValue.NonceBytes + EncryptedValue.TagBytes)
        {
            return null;
        }

        var name = new byte[stored.Length - EncryptedValue.NonceBytes - EncryptedValue.TagBytes];
        using var cipher = new AesGcm(referenceKey, EncryptedValue.TagBytes);
        try
        {
            cipher.Decrypt(stored[..EncryptedValue.NonceBytes], stored[EncryptedValue.NonceBytes..^EncryptedValue.TagBytes], stored[^EncryptedValue.TagBytes..], name);
            return name;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>From now on nothing more is encrypted under it.</summary>
    public void Retire() => state = DataKeyState.Retired;

    /// <summary>Forgets the key. Whoever is in the middle of a value looks at <see cref="State"/> before it believes what came out.</summary>
    public void Destroy()
    {
        state = DataKeyState.Destroyed;
        CryptographicOperations.ZeroMemory(valueKey);
        CryptographicOperations.ZeroMemory(digestKey);
        CryptographicOperations.ZeroMemory(referenceKey);
        for (var i = 0; i < ciphers.Length; i++)
        {
            Interlocked.Exchange(ref ciphers[i], null)?.Dispose();
        }
    }

    private AesGcm Rent(out int place)
    {
        place = Environment.CurrentManagedThreadId % CiphersKept;
        return Interlocked.Exchange(ref ciphers[place], null) ?? new AesGcm(valueKey, EncryptedValue.TagBytes);
    }

    private void Return(AesGcm cipher, int place)
    {
        if (Interlocked.CompareExchange(ref ciphers[place], cipher, null) is not null)
        {
            cipher.Dispose();
        }
        else if (state == DataKeyState.Destroyed)
        {
            Interlocked.Exchange(ref ciphers[place], null)?.Dispose();
        }
    }
}
