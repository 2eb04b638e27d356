using OrleansTemporal.Causality;

namespace OrleansTemporal.Queries;

/// <summary>
/// A path to a field of a document, found in canonical bytes without parsing them: <c>a.b</c> goes into objects,
/// <c>a[0]</c> or <c>a.0</c> into arrays, <c>\.</c> <c>\[</c> <c>\\</c> stand for the characters themselves, and <c>$</c>
/// alone is the whole document. Immutable; compile once, use from every thread.
/// </summary>
public sealed partial class FieldPath
{
    private readonly Step[] steps;

    private FieldPath(string text, Step[] steps)
    {
        Text = text;
        this.steps = steps;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>
    /// The canonical bytes of the field; empty when the document does not have it. Members are in order, so the search
    /// ends where the field would stand. O(bytes up to its end), mostly vector searches.
    /// </summary>
    /// <param name="document">Canonical JSON.</param>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> document)
    {
        var value = document;
        foreach (ref readonly var step in steps.AsSpan())
        {
            if (value.IsEmpty)
            {
                return default;
            }

            value = value[0] switch
            {
                (byte)'{' when step.Name is not null => FindMember(value, step),
                (byte)'[' when step.Index >= 0 => FindItem(value, step.Index),
                _ => default,
            };
        }

        return value;
    }

    private static ReadOnlySpan<byte> FindMember(ReadOnlySpan<byte> json, in Step step)
    {
        var found = json.IndexOf(step.Label);
        if (found < 0)
        {
            return default;
        }

        // Behind '{' or ',' these bytes can only be a name: quotation marks inside of strings are escaped.
        if (json[found - 1] is not ((byte)'{' or (byte)','))
        {
            return WalkToMember(json, step);
        }

        // It belongs to this object when nothing is opened before it, or nothing is closed behind it; a bracket inside
        // of a string only costs the walk.
        var start = found + step.Label!.Length;
        if (!json[1..found].ContainsAny((byte)'{', (byte)'['))
        {
            return json[start..CanonicalScan.EndOfValue(json, start)];
        }

        var end = CanonicalScan.EndOfValue(json, start);
        return json[end..^1].ContainsAny((byte)'}', (byte)']') ? WalkToMember(json, step) : json[start..end];
    }

    private static ReadOnlySpan<byte> WalkToMember(ReadOnlySpan<byte> json, in Step step)
    {
        var at = 1;
        while (at < json.Length && json[at] == '"')
        {
            var end = CanonicalScan.EndOfString(json, at);
            var name = json[(at + 1)..(end - 1)];
            var start = end + 1;
            if (name.SequenceEqual(step.Name))
            {
                return json[start..CanonicalScan.EndOfValue(json, start)];
            }

            if (JsonNames.Compare(name, step.Name) > 0)
            {
                break;
            }

            at = CanonicalScan.EndOfValue(json, start) + 1;
        }

        return default;
    }

    private static ReadOnlySpan<byte> FindItem(ReadOnlySpan<byte> json, int index)
    {
        var at = 1;
        for (var i = 0; json[at] != ']'; i++)
        {
            var end = CanonicalScan.EndOfValue(json, at);
            if (i == index)
            {
                return json[at..end];
            }

            if (json[end] == ']')
            {
                break;
            }

            at = end + 1;
        }

        return default;
    }

    /// <summary>One step down.</summary>
    /// <param name="Label">The canonical name in quotation marks with its colon; null for steps into arrays alone.</param>
    /// <param name="Name">The canonical name without quotation marks; null for steps into arrays alone.</param>
    /// <param name="Index">The index in an array; negative for steps into objects alone.</param>
    private readonly record struct Step(byte[]? Label, byte[]? Name, int Index);
}
