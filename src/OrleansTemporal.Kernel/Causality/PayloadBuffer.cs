using System.Buffers;

namespace OrleansTemporal.Causality;

/// <summary>
/// Where a facet writes the payload of one delta. The bytes stand behind room for the hash tag and the salt, so the
/// commitment is one hash over one array and nothing is copied until the record is encoded.
/// The array belongs to this buffer: after <see cref="DeltaDraft"/> has taken it, nobody writes to it again and state may
/// keep slices of it, unless it was rented and is given back. Not thread-safe.
/// </summary>
public sealed class PayloadBuffer : IBufferWriter<byte>
{
    /// <summary>Bytes of the salt.</summary>
    public const int SaltBytes = DeltaFormat.SaltBytes;

    private static readonly int PayloadAt = TaggedHash.Prefix(HashTag.Commitment).Length + SaltBytes;

    private byte[] array;
    private int end;
    private bool frozen;
    private bool rented;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="salt">16 unpredictable bytes, from the source that the host passed in; erasing them makes the commitment unguessable.</param>
    /// <param name="capacity">Expected length of the payload; exact means no copy and no slack.</param>
    /// <exception cref="ArgumentException">The salt has another length.</exception>
    public PayloadBuffer(ReadOnlySpan<byte> salt, int capacity = 256)
        : this(salt, GC.AllocateUninitializedArray<byte>(PayloadAt + capacity))
    {
    }

    private PayloadBuffer(ReadOnlySpan<byte> salt, byte[] array)
    {
        if (salt.Length != SaltBytes)
        {
            throw new ArgumentException("A salt has 16 bytes.", nameof(salt));
        }

        this.array = array;
        TaggedHash.Prefix(HashTag.Commitment).CopyTo(array);
        salt.CopyTo(array.AsSpan(PayloadAt - SaltBytes));
        end = PayloadAt;
    }

    /// <summary>Makes an empty buffer over pooled memory, for state that copies what it keeps.</summary>
    /// <inheritdoc cref="PayloadBuffer(ReadOnlySpan{byte}, int)"/>
    public static PayloadBuffer Rent(ReadOnlySpan<byte> salt, int capacity = 256) =>
        new(salt, ArrayPool<byte>.Shared.Rent(PayloadAt + capacity)) { rented = true };

    /// <summary>Length of the payload so far.</summary>
    public int Length => end - PayloadAt;

    /// <summary>The payload so far.</summary>
    public ReadOnlyMemory<byte> Written => array.AsMemory(PayloadAt, Length);

    /// <summary>Salt ‖ payload.</summary>
    internal ReadOnlySpan<byte> Salted => array.AsSpan(PayloadAt - SaltBytes, SaltBytes + Length);

    /// <summary>The salt.</summary>
    internal ReadOnlySpan<byte> Salt => Salted[..SaltBytes];

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, array.Length - end);
        end += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return array.AsMemory(end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return array.AsSpan(end);
    }

    /// <summary>Ends writing and hashes salt ‖ payload.</summary>
    internal Distinction Commit()
    {
        frozen = true;
        return TaggedHash.HashPrefixed(array.AsSpan(0, end));
    }

    /// <summary>Gives rented memory back; whoever still looks at it sees nothing.</summary>
    internal void Return()
    {
        if (rented)
        {
            rented = false;
            ArrayPool<byte>.Shared.Return(array);
            array = [];
            end = PayloadAt;
        }
    }

    private void Grow(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (frozen)
        {
            throw new InvalidOperationException("The payload is committed to and can't change.");
        }

        var needed = end + Math.Max(sizeHint, 1);
        if (needed > array.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(needed, Math.Min(2L * array.Length, Array.MaxLength)));
            array.AsSpan(0, end).CopyTo(larger);
            if (rented)
            {
                rented = false;
                ArrayPool<byte>.Shared.Return(array);
            }

            array = larger;
        }
    }
}
