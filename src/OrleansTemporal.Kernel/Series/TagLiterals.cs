using System.Text;

namespace OrleansTemporal.Series;

/// <summary>Patterns that are nothing but a choice between texts, as <c>a|b</c> or what a list of values becomes: an index answers them without trying values.</summary>
public static class TagLiterals
{
    /// <summary>The texts that a pattern matches, each once; null when it is more than a choice between texts.</summary>
    public static IReadOnlyCollection<string>? Find(string pattern)
    {
        var texts = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var unit = pattern[i];
            if (unit == '|')
            {
                texts.Add(text.ToString());
                text.Clear();
            }
            else if (unit == '\\')
            {
                // Before a letter or digit a backslash is more than an escape.
                if (++i == pattern.Length || char.IsLetterOrDigit(pattern[i]))
                {
                    return null;
                }

                text.Append(pattern[i]);
            }
            else if (char.IsLetterOrDigit(unit) || unit is '_' or '-' or ':' or '/' or ',' or '=' or '@')
            {
                text.Append(unit);
            }
            else
            {
                return null;
            }
        }

        texts.Add(text.ToString());
        return texts;
    }

    /// <summary>The pattern that matches some texts and nothing else.</summary>
    public static string PatternOf(IEnumerable<string> texts) => string.Join('|', texts.Select(Escape));

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            if (!char.IsLetterOrDigit(unit) && unit is not ('_' or '-' or ':' or '/' or ',' or '=' or '@'))
            {
                escaped.Append('\\');
            }

            escaped.Append(unit);
        }

        return escaped.ToString();
    }
}
