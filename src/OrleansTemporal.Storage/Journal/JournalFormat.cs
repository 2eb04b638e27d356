using System.Globalization;

namespace OrleansTemporal.Storage.Journal;

/// <summary>Numbers and names of docs/formats/journal.md.</summary>
internal static class JournalFormat
{
    public const string Folder = "journal";
    public const uint Version = 1;

    /// <summary>The file header takes one block, and groups start at multiples of it: whole pages are written, so none has to be read first, and no byte that was acknowledged is ever written again.</summary>
    public const int BlockBytes = 4096;

    public const int SaltBytes = 16;
    public const int BeginBodyBytes = 20;
    public const int EndBodyBytes = 8;
    public const int BeginBytes = FrameHeader.Bytes + BeginBodyBytes;
    public const int EndBytes = FrameHeader.Bytes + EndBodyBytes;

    public const long FileBytesMin = 4 * BlockBytes;
    public const long FileBytesMax = 1L << 30;

    /// <summary>A group must fit into one array.</summary>
    public const long StagedBytesMax = 1L << 29;

    private const string LogSuffix = ".log";
    private const string SparePrefix = Folder + "/spare-";
    private const string TornPrefix = Folder + "/torn-";

    public static string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{number:D8}{LogSuffix}");

    public static string SpareNameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{SparePrefix}{number:D8}");

    public static string TornNameOf(long number, long offset) => string.Create(CultureInfo.InvariantCulture, $"{TornPrefix}{number:D8}-{offset:D10}.bin");

    public static bool IsSpare(string path) => path.StartsWith(SparePrefix, StringComparison.Ordinal);

    public static bool IsTorn(string path) => path.StartsWith(TornPrefix, StringComparison.Ordinal);

    public static bool TryParseName(string path, out long number)
    {
        number = 0;
        return path.StartsWith(Folder + "/", StringComparison.Ordinal)
            && path.EndsWith(LogSuffix, StringComparison.Ordinal)
            && long.TryParse(path.AsSpan(Folder.Length + 1, path.Length - Folder.Length - 1 - LogSuffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number > 0
            && NameOf(number) == path;
    }

    public static long AlignUp(long offset) => (offset + BlockBytes - 1) & ~(long)(BlockBytes - 1);
}
