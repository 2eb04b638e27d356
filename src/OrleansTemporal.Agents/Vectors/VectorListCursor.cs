using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Where a page of a collection's vectors ended.</summary>
/// <param name="Moment">The moment that all pages hold for.</param>
/// <param name="Partition">The partition to go on with.</param>
/// <param name="Place">Where in it.</param>
public sealed record VectorListCursor(HybridTimestamp Moment, int Partition, int Place)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out VectorListCursor? cursor)
    {
        ArgumentNullException.ThrowIfNull(text);
        cursor = null;
        var parts = text.Split('.');
        if (parts.Length != 3
            || !ulong.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var moment) || moment == 0
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var place))
        {
            return false;
        }

        cursor = new VectorListCursor(new HybridTimestamp(moment), partition, place);
        return true;
    }

    /// <summary>The cursor as text of letters, digits and <c>.</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Moment.Value:x}.{Partition}.{Place}");
}
