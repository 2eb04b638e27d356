using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Import;

/// <summary>
/// Says which texts are numbers: those that come back as the same text from the canonical JSON that is stored. So 12 and
/// 0.5 are numbers, and 007, 1.50, 1e3, +1 and -0 stay text, since reading them as numbers would lose something.
/// </summary>
internal static class CsvNumbers
{
    // Longer runs of digits are identifiers rather than amounts.
    private const int LengthMax = 64;
    private static readonly SearchValues<char> Characters = SearchValues.Create("+-.0123456789e");

    public static bool RoundTrips(string text)
    {
        if (text.Length is 0 or > LengthMax || text.AsSpan().ContainsAnyExcept(Characters))
            return false;

        Span<byte> utf8 = stackalloc byte[LengthMax];
        return CanonicalJson.IsCanonical(utf8[..Encoding.ASCII.GetBytes(text, utf8)]);
    }
}
