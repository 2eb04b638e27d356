using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// One series of a stream: a set of tags and a field. Its text is the tags' text, a space and the field, escaped as there:
/// <c>host=a,zone=b usage</c>.
/// </summary>
public sealed class SeriesKey : IEquatable<SeriesKey>
{
    private SeriesKey(SeriesTags tags, string field, string text)
    {
        Tags = tags;
        Field = field;
        Text = text;
    }

    /// <summary>The tags.</summary>
    public SeriesTags Tags { get; }

    /// <summary>The field.</summary>
    public string Field { get; }

    /// <summary>The canonical text.</summary>
    public string Text { get; }

    /// <summary>Names a series.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: no field, or a text of more than <see cref="Limits.KeyBytesMax"/> bytes.</exception>
    public static SeriesKey Of(SeriesTags tags, string field)
    {
        if (string.IsNullOrEmpty(field))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A field has a name.") { Field = "fields" };
        }

        var text = new StringBuilder(tags.Text.Length + field.Length + 8).Append(tags.Text).Append(' ');
        SeriesText.Escape(text, field);
        var canonical = text.ToString();
        SeriesText.RequireBytes(canonical);
        return new SeriesKey(tags, field, canonical);
    }

    /// <summary>Reads a canonical text.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: it is none.</exception>
    public static SeriesKey Parse(string text)
    {
        var end = EndOfTags(text);
        var rest = text.AsSpan(Math.Min(end + 1, text.Length));
        var key = end < 0 ? null : Of(SeriesTags.Parse(text[..end]), SeriesText.Read(ref rest, -1, out _));
        return key?.Text == text
            ? key
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{text}' is no canonical text of a series.") { Field = "tags" };
    }

    /// <summary>The part of a canonical text that is the tags'.</summary>
    public static string TagsOf(string text) => EndOfTags(text) is >= 0 and var end ? text[..end] : text;

    /// <inheritdoc/>
    public bool Equals(SeriesKey? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SeriesKey);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    public override string ToString() => Text;

    private static int EndOfTags(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ' ')
            {
                return i;
            }
        }

        return -1;
    }
}
