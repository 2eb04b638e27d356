namespace OrleansTemporal.Storage.Caching;

/// <summary>Where a block lies.</summary>
/// <param name="ObjectId">Number that <see cref="BlockCache.IdOf"/> gave the object.</param>
/// <param name="Offset">Offset of the block in the object, in bytes.</param>
public readonly record struct BlockKey(long ObjectId, long Offset)
{
    /// <summary>Offsets are far apart and ids are small, so both are spread by multiplication.</summary>
    public override int GetHashCode() =>
        (int)(((ulong)Offset * 0x9E3779B97F4A7C15UL ^ (ulong)ObjectId * 0xC2B2AE3D27D4EB4FUL) >> 32);
}
