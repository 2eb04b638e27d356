using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Encryption;

/// <summary>The key under which data keys are wrapped: 256 bits, written as base64. AES-256-GCM with a random nonce for each key that is wrapped.</summary>
public sealed class MasterKey
{
    /// <summary>Bytes of a master key and of a data key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a wrapped data key: nonce ‖ ciphertext ‖ tag.</summary>
    public const int WrappedBytes = NonceBytes + Size + TagBytes;

    /// <summary>Where a master key that nobody has configured is kept, in the data folder.</summary>
    public const string FileName = "master.key";

    private const string TemporaryName = FileName + ".new";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int TextBytesMax = 64;

    private readonly byte[] key;

    private MasterKey(byte[] key) => this.key = key;

    /// <summary>Reads the text form.</summary>
    /// <param name="text">Base64 of 32 bytes; white space around it is no part of it.</param>
    /// <param name="source">Where it comes from, for the sentence of the refusal.</param>
    /// <exception cref="ArgumentException">Anything else.</exception>
    public static MasterKey Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = new byte[Size];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length) && length == Size
            ? new MasterKey(bytes)
            : throw new ArgumentException($"{source} is not a master key: base64 of 32 bytes, such as 'openssl rand -base64 32' makes.");
    }

    /// <summary>Reads the master key of a data folder; null when there is none.</summary>
    /// <exception cref="TemporalException">Invalid, <c>master_key_wrong</c>, when the file holds none.</exception>
    public static async ValueTask<MasterKey?> FindAsync(IFileSystem files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var file = await files.OpenAsync(FileName, create: false, cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            return null;
        }

        var text = new byte[TextBytesMax];
        var length = await file.ReadAsync(0, text, cancellationToken).ConfigureAwait(false);
        try
        {
            return Parse(Encoding.ASCII.GetString(text, 0, length), $"The file '{FileName}' of the data folder");
        }
        catch (ArgumentException damaged)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MasterKeyWrong, damaged.Message, damaged);
        }
    }

    /// <summary>Makes a master key for a data folder that has none. Durable when it answers.</summary>
    public static async ValueTask<MasterKey> CreateAsync(IFileSystem files, FillRandom random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(random);
        var bytes = new byte[Size];
        random(bytes);
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes) + "\n");
        using (var file = await files.OpenAsync(TemporaryName, create: true, cancellationToken).ConfigureAwait(false))
        {
            await file!.SetLengthAsync(text.Length, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(0, text, cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await files.RenameAsync(TemporaryName, FileName, replace: true, cancellationToken).ConfigureAwait(false);
        await files.FlushFolderAsync("", cancellationToken).ConfigureAwait(false);
        return new MasterKey(bytes);
    }

    /// <summary>Wraps a data key of 32 bytes.</summary>
    /// <param name="dataKey">The key.</param>
    /// <param name="associated">What the wrapping holds for: the key unwraps with nothing else.</param>
    /// <param name="random">Fills the nonce.</param>
    public byte[] Wrap(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> associated, FillRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var wrapped = new byte[WrappedBytes];
        random(wrapped.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(wrapped.AsSpan(0, NonceBytes), dataKey, wrapped.AsSpan(NonceBytes, Size), wrapped.AsSpan(NonceBytes + Size), associated);
        return wrapped;
    }

    /// <summary>Unwraps a data key; null when it was wrapped under another master key or for something else.</summary>
    public byte[]? Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> associated)
    {
        var dataKey = new byte[Size];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            cipher.Decrypt(wrapped[..NonceBytes], wrapped.Slice(NonceBytes, Size), wrapped[(NonceBytes + Size)..], dataKey, associated);
            return dataKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
