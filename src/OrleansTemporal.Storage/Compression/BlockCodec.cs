namespace OrleansTemporal.Storage.Compression;

/// <summary>How a block is stored. The numbers are part of the format.</summary>
public enum BlockCodec : byte
{
    /// <summary>As it is.</summary>
    Raw = 0,

    /// <summary>Deflate (RFC 1951).</summary>
    Deflate = 1,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 2,

    /// <summary>Bytes that nothing can shrink as they are, and Brotli over the rest.</summary>
    Parted = 3,
}
