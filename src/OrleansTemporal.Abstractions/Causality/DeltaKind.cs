using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// What one delta does: an action and one of its verbs (see <see cref="ActionVerbs"/>). Its text is <c>action.verb</c>,
/// as in <c>storage.store</c>; a number that this version has no name for is written as the number.
/// </summary>
/// <param name="Action">The action.</param>
/// <param name="Verb">The verb's number within the action, from 1.</param>
public readonly record struct DeltaKind(ActionKind Action, byte Verb) : ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Longest text, in characters (all ASCII).</summary>
    public const int TextLengthMax = 48;

    private string VerbName =>
        ActionVerbs.TryGetName(Action, Verb, out var name) ? name : Verb.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the text form of a kind whose action and verb have names.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_delta_kind</c>.</exception>
    public static DeltaKind Parse(string text) => TryParse(text, out var kind)
        ? kind
        : throw new TemporalException(ErrorKind.Invalid, "invalid_delta_kind", "A delta's kind is written action.verb, as in storage.store.");

    /// <summary>Reads the text form of a kind whose action and verb have names; false when it isn't one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeltaKind kind)
    {
        kind = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0
            || !ActionVerbs.TryParseAction(text.AsSpan(0, dot), out var action)
            || !ActionVerbs.TryParseVerb(action, text.AsSpan(dot + 1), out var verb))
        {
            return false;
        }

        kind = new DeltaKind(action, verb);
        return true;
    }

    /// <summary>Writes the text as ASCII bytes; false when it doesn't fit.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten) =>
        System.Text.Unicode.Utf8.TryWrite(utf8Destination, $"{ActionVerbs.ToName(Action)}.{VerbName}", out bytesWritten);

    /// <summary>Writes the text; false when it doesn't fit.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten) =>
        destination.TryWrite($"{ActionVerbs.ToName(Action)}.{VerbName}", out charsWritten);

    /// <summary>The text form.</summary>
    public override string ToString() => $"{ActionVerbs.ToName(Action)}.{VerbName}";

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        TryFormat(utf8Destination, out bytesWritten);
}
