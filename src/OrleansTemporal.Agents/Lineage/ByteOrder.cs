namespace OrleansTemporal.Lineage;

/// <summary>Byte arrays as keys: equal by content, ordered as runs order them.</summary>
internal sealed class ByteOrder : IEqualityComparer<byte[]>, IComparer<byte[]>
{
    public static ByteOrder Instance { get; } = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
