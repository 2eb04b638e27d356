using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// A set of tags in canonical form: names once each, in the order of their UTF-16 units. Its text is <c>host=a,zone=b</c>,
/// with a backslash before commas, equals signs, spaces and backslashes of names and values; empty for no tags. Equal
/// sets have equal texts.
/// </summary>
public sealed class SeriesTags : IEquatable<SeriesTags>
{
    private SeriesTags(ImmutableArray<KeyValuePair<string, string>> pairs, string text)
    {
        Pairs = pairs;
        Text = text;
    }

    /// <summary>No tags.</summary>
    public static SeriesTags Empty { get; } = new([], "");

    /// <summary>Name and value of each tag, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>The canonical text.</summary>
    public string Text { get; }

    /// <summary>The value of a tag, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var pair in Pairs)
            {
                if (pair.Key == name)
                {
                    return pair.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Makes the canonical form of tags in any order.</summary>
    /// <exception cref="TemporalException">
    /// Invalid, <c>invalid_field</c>: a name twice, an empty name or value, a lone surrogate, more than
    /// <see cref="Limits.SeriesTagsMax"/>, or a text of more than <see cref="Limits.KeyBytesMax"/> bytes.
    /// </exception>
    public static SeriesTags Of(IEnumerable<KeyValuePair<string, string>> tags)
    {
        var pairs = tags.ToArray();
        if (pairs.Length == 0)
        {
            return Empty;
        }

        if (pairs.Length > Limits.SeriesTagsMax)
        {
            throw Refuse($"A point has at most {Limits.SeriesTagsMax} tags.");
        }

        Array.Sort(pairs, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        var text = new StringBuilder();
        for (var i = 0; i < pairs.Length; i++)
        {
            var (name, value) = pairs[i];
            if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(value))
            {
                throw Refuse("A tag has a name and a value, neither of them empty.");
            }

            if (i > 0)
            {
                if (pairs[i - 1].Key == name)
                {
                    throw Refuse($"The tag '{name}' is given twice.");
                }

                text.Append(',');
            }

            SeriesText.Escape(text, name);
            text.Append('=');
            SeriesText.Escape(text, value);
        }

        var canonical = text.ToString();
        SeriesText.RequireBytes(canonical);
        return new SeriesTags([.. pairs], canonical);
    }

    /// <summary>Reads a canonical text.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: it is none.</exception>
    public static SeriesTags Parse(string text)
    {
        if (text.Length == 0)
        {
            return Empty;
        }

        var pairs = new List<KeyValuePair<string, string>>();
        var rest = text.AsSpan();
        while (true)
        {
            var name = SeriesText.Read(ref rest, '=');
            var value = SeriesText.Read(ref rest, ',', out var hasMore);
            pairs.Add(new(name, value));
            if (!hasMore)
            {
                break;
            }
        }

        var tags = Of(pairs);
        return tags.Text == text ? tags : throw Refuse($"'{text}' is no canonical text of tags.");
    }

    /// <summary>Those tags that are named; the others are left out.</summary>
    public SeriesTags Only(IReadOnlyCollection<string> names) => names.Count == 0 ? Empty : Of(Pairs.Where(pair => names.Contains(pair.Key)));

    /// <inheritdoc/>
    public bool Equals(SeriesTags? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SeriesTags);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    public override string ToString() => Text;

    private static TemporalException Refuse(string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = "tags" };
}
