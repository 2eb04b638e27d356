using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansTemporal.Queries;

/// <summary>Whether a pattern occurs in a text. The engine never goes back, so time is linear in the text.</summary>
internal sealed class PatternFilter(FieldPath path, Regex pattern) : Filter
{
    private const int StackCharsMax = 512;

    public override bool Matches(ReadOnlySpan<byte> document)
    {
        var found = path.Find(document);
        if (found.IsEmpty || found[0] != '"')
        {
            return false;
        }

        using var text = new JsonText.PlainText(JsonText.BodyOf(found));
        char[]? rented = null;
        var chars = text.Bytes.Length <= StackCharsMax ? stackalloc char[StackCharsMax] : rented = ArrayPool<char>.Shared.Rent(text.Bytes.Length);
        try
        {
            return pattern.IsMatch(chars[..Encoding.UTF8.GetChars(text.Bytes, chars)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}
