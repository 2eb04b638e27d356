using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

public sealed partial class FieldPath
{
    private const string Whole = "$";

    /// <summary>Reads a path.</summary>
    /// <param name="text">The path, 1 to <see cref="Limits.FieldPathLengthMax"/> characters.</param>
    /// <param name="field">Which field of the request it came from.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static FieldPath Parse([NotNull] string? text, string field)
    {
        if (text is null || text.Length is 0 or > Limits.FieldPathLengthMax)
        {
            throw Refuse(field, $"'{field}' is a path of 1 to {Limits.FieldPathLengthMax} characters, such as address.city.");
        }

        if (text == Whole)
        {
            return new FieldPath(text, []);
        }

        var steps = new List<Step>();
        var at = 0;
        while (true)
        {
            var name = ReadName(text, field, ref at, out var isEscaped);
            if (name.Length > 0)
            {
                steps.Add(StepInto(name, isEscaped, field));
            }
            else if (steps.Count > 0 || at == text.Length || text[at] != '[')
            {
                throw Refuse(field, $"'{text}' has an empty name in it.");
            }

            while (at < text.Length && text[at] == '[')
            {
                steps.Add(new Step(null, null, ReadIndex(text, field, ref at)));
            }

            if (steps.Count > Limits.JsonDepthMax)
            {
                throw Refuse(field, $"'{text}' goes deeper than documents do, {Limits.JsonDepthMax} levels.");
            }

            if (at == text.Length)
            {
                return new FieldPath(text, [.. steps]);
            }

            if (text[at++] != '.')
            {
                throw Refuse(field, $"'{text}' has something other than '.' behind a ']'.");
            }
        }
    }

    private static string ReadName(string text, string field, ref int at, out bool isEscaped)
    {
        var name = new StringBuilder();
        isEscaped = false;
        for (; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            if (text[at] == '\\')
            {
                isEscaped = true;
                if (++at == text.Length)
                {
                    throw Refuse(field, $"'{text}' ends in a backslash that escapes nothing.");
                }
            }

            name.Append(text[at]);
        }

        return name.ToString();
    }

    private static Step StepInto(string name, bool isEscaped, string field)
    {
        byte[] quoted;
        try
        {
            quoted = JsonText.Quote(name);
        }
        catch (Exception fault) when (fault is EncoderFallbackException or TemporalException)
        {
            throw Refuse(field, $"'{field}' has half of a surrogate pair in it.");
        }

        var isIndex = !isEscaped && !name.AsSpan().ContainsAnyExceptInRange('0', '9')
            && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return new Step([.. quoted, (byte)':'], quoted[1..^1], isIndex ? int.Parse(name, CultureInfo.InvariantCulture) : -1);
    }

    private static int ReadIndex(string text, string field, ref int at)
    {
        var close = text.IndexOf(']', at);
        var digits = close < 0 ? default : text.AsSpan(at + 1, close - at - 1);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw Refuse(field, $"'{text}' has something other than an index in brackets, as in items[0].");
        }

        at = close + 1;
        return index;
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
