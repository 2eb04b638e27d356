using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Kernel.Tests.Causality;

/// <summary>
/// The canonical form once more, slowly and by other means: System.Text.Json reads, BigInteger holds the numbers, and
/// the double that is nearest decides whether RFC 8785 applies. Null means malformed.
/// </summary>
internal static class JsonOracle
{
    private static readonly UTF8Encoding Strict = new(false, true);

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = true };

    internal static string? Canonicalize(ReadOnlySpan<byte> utf8)
    {
        try
        {
            _ = Strict.GetCharCount(utf8);
            using var document = JsonDocument.Parse(utf8.ToArray(), Options);
            var text = new StringBuilder();
            return Write(document.RootElement, text) ? text.ToString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(element, text);
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var item in element.EnumerateArray())
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    if (!Write(item, text))
                    {
                        return false;
                    }
                }

                text.Append(']');
                return true;
            case JsonValueKind.String:
                WriteString(element.GetString()!, text);
                return true;
            case JsonValueKind.Number:
                var number = Number(element.GetRawText());
                text.Append(number);
                return number is not null;
            default:
                text.Append(element.GetRawText());
                return true;
        }
    }

    private static bool WriteObject(JsonElement element, StringBuilder text)
    {
        var members = element.EnumerateObject().Select(member => (member.Name, member.Value)).ToList();
        members.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
            {
                return false;
            }

            text.Append(i > 0 ? "," : "");
            WriteString(members[i].Name, text);
            text.Append(':');
            if (!Write(members[i].Value, text))
            {
                return false;
            }
        }

        text.Append('}');
        return true;
    }

    private static void WriteString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }

    /// <summary>The one text of a decimal number.</summary>
    internal static string? Number(string raw)
    {
        var (negative, mantissa, exponent) = Decompose(raw);
        if (mantissa.IsZero)
        {
            return "0";
        }

        if (BigInteger.Abs(exponent + mantissa.ToString(CultureInfo.InvariantCulture).Length - 1) > 999_999_999)
        {
            return null;
        }

        var nearest = double.Parse(raw, CultureInfo.InvariantCulture);
        if (double.IsFinite(nearest) && nearest != 0)
        {
            var shortest = nearest.ToString("R", CultureInfo.InvariantCulture);
            if (Decompose(shortest) == (negative, mantissa, exponent))
            {
                return EcmaScript(shortest);
            }
        }

        return Layout(negative, mantissa, exponent);
    }

    /// <summary>Sign, digits without zeros at the end, and the power of ten of the last digit.</summary>
    private static (bool Negative, BigInteger Mantissa, BigInteger Exponent) Decompose(string raw)
    {
        var negative = raw.StartsWith('-');
        var parts = raw.TrimStart('-').Split('e', 'E');
        var exponent = parts.Length > 1 ? BigInteger.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var pieces = parts[0].Split('.');
        var mantissa = BigInteger.Parse(string.Concat(pieces), CultureInfo.InvariantCulture);
        exponent -= pieces.Length > 1 ? pieces[1].Length : 0;
        while (!mantissa.IsZero && mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        return (negative && !mantissa.IsZero, mantissa, exponent);
    }

    // .NET and ECMAScript choose the same shortest digits and differ in when they write an exponent.
    private static string EcmaScript(string shortest)
    {
        var (negative, mantissa, exponent) = Decompose(shortest);
        return Layout(negative, mantissa, exponent);
    }

    private static string Layout(bool negative, BigInteger mantissa, BigInteger exponent)
    {
        var digits = mantissa.ToString(CultureInfo.InvariantCulture);
        var point = exponent + digits.Length;
        string body;
        if (point > 21 || point < -5)
        {
            var scale = point - 1;
            body = digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + (scale < 0 ? "e-" : "e+") + BigInteger.Abs(scale);
        }
        else if (point <= 0)
        {
            body = "0." + new string('0', (int)-point) + digits;
        }
        else
        {
            body = digits.PadRight((int)point, '0');
            body = digits.Length > point ? body.Insert((int)point, ".") : body;
        }

        return (negative ? "-" : "") + body;
    }
}
