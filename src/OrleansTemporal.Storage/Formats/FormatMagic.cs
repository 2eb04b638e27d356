namespace OrleansTemporal.Storage.Formats;

/// <summary>The first four bytes of each format, as little-endian numbers of their ASCII letters.</summary>
internal static class FormatMagic
{
    /// <summary><c>OTSG</c>: a segment section.</summary>
    public const uint Segment = 0x4753_544F;

    /// <summary><c>OTRN</c>: a key run section.</summary>
    public const uint Run = 0x4E52_544F;

    /// <summary><c>OTMF</c>: a manifest.</summary>
    public const uint Manifest = 0x464D_544F;
}
