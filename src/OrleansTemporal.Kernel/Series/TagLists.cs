using System.Text;

namespace OrleansTemporal.Series;

/// <summary>Lists of values as people write them: with commas between, and a backslash before a comma or backslash of a value.</summary>
public static class TagLists
{
    /// <summary>The condition that a tag has one of the values of a list.</summary>
    public static TagMatcher Matcher(string tag, string list) => new(tag, TagMatcherKind.Matches, TagLiterals.PatternOf(Split(list)));

    private static List<string> Split(string list)
    {
        var values = new List<string>();
        var value = new StringBuilder();
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] == ',')
            {
                values.Add(value.ToString());
                value.Clear();
                continue;
            }

            i += list[i] == '\\' && i + 1 < list.Length && list[i + 1] is ',' or '\\' ? 1 : 0;
            value.Append(list[i]);
        }

        values.Add(value.ToString());
        return values;
    }
}
