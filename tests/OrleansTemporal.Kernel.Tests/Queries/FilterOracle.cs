using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Kernel.Tests.Queries;

/// <summary>What filters mean, said plainly over parsed trees.</summary>
internal static class FilterOracle
{
    internal static JsonElement? Find(JsonElement document, List<object> steps)
    {
        var place = document;
        foreach (var step in steps)
        {
            if (step is int index && place.ValueKind == JsonValueKind.Array && index < place.GetArrayLength())
            {
                place = place[index];
            }
            else if (step is not string name || place.ValueKind != JsonValueKind.Object || !place.TryGetProperty(name, out place))
            {
                return null;
            }
        }

        return place.ValueKind == JsonValueKind.Undefined ? null : place;
    }

    internal static bool Compares(string name, JsonElement? found, JsonElement value)
    {
        if (name == "ne")
        {
            return !Compares("eq", found, value);
        }

        if (found is not { } field)
        {
            return false;
        }

        return name switch
        {
            "eq" => Equal(field, value),
            "contains" => field.ValueKind switch
            {
                JsonValueKind.String => value.ValueKind == JsonValueKind.String && field.GetString()!.Contains(value.GetString()!, StringComparison.Ordinal),
                JsonValueKind.Array => field.EnumerateArray().Any(item => Equal(item, value)),
                _ => false,
            },
            _ when field.ValueKind != value.ValueKind => false,
            "gt" => Order(field, value) > 0,
            "gte" => Order(field, value) >= 0,
            "lt" => Order(field, value) < 0,
            "lte" => Order(field, value) <= 0,
            _ => throw new InvalidOperationException(name),
        };
    }

    internal static bool Equal(JsonElement left, JsonElement right) => left.ValueKind == right.ValueKind && left.ValueKind switch
    {
        JsonValueKind.Number => Order(left, right) == 0,
        JsonValueKind.String => left.GetString() == right.GetString(),
        JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Equal(pair.First, pair.Second)),
        JsonValueKind.Object => left.GetPropertyCount() == right.GetPropertyCount()
            && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out var other) && Equal(member.Value, other)),
        _ => true,
    };

    /// <summary>The order of all values; numbers and texts by value, what holds others by canonical bytes.</summary>
    internal static int Order(JsonElement left, JsonElement right)
    {
        var rank = Rank(left).CompareTo(Rank(right));
        return rank != 0 ? rank : left.ValueKind switch
        {
            JsonValueKind.Number => OrderNumbers(left.GetRawText(), right.GetRawText()),
            JsonValueKind.String => OrderTexts(left.GetString()!, right.GetString()!),
            JsonValueKind.Array or JsonValueKind.Object => Encoding.UTF8.GetBytes(left.GetRawText()).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.GetRawText())),
            _ => 0,
        };
    }

    internal static (BigInteger Digits, int Exponent) Decimal(string text)
    {
        var e = text.IndexOfAny(['e', 'E']);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        return (BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), dot < 0 ? exponent : exponent - (mantissa.Length - dot - 1));
    }

    private static int Rank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => 1,
        JsonValueKind.False => 2,
        JsonValueKind.True => 3,
        JsonValueKind.Number => 4,
        JsonValueKind.String => 5,
        JsonValueKind.Array => 6,
        _ => 7,
    };

    private static int OrderNumbers(string left, string right)
    {
        var ((a, p), (b, q)) = (Decimal(left), Decimal(right));
        var least = Math.Min(p, q);
        return (a * BigInteger.Pow(10, p - least)).CompareTo(b * BigInteger.Pow(10, q - least));
    }

    private static int OrderTexts(string left, string right)
    {
        var (a, b) = (left.EnumerateRunes().Select(rune => rune.Value).ToList(), right.EnumerateRunes().Select(rune => rune.Value).ToList());
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }

        return a.Count.CompareTo(b.Count);
    }
}
