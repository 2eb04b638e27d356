using System.Collections.Immutable;
using System.Text;

namespace OrleansTemporal.PromQl;

/// <summary>Names with values, each name once, in the order of the names' UTF-16 units. A name without a value has the empty one.</summary>
public sealed class PromLabels : IEquatable<PromLabels>
{
    /// <summary>The label that holds the metric's name.</summary>
    public const string MetricName = "__name__";

    private readonly string identity;

    private PromLabels(ImmutableArray<KeyValuePair<string, string>> pairs)
    {
        Pairs = pairs;
        var text = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            // Lengths first, since a value may have any character.
            text.Append(name.Length).Append(':').Append(name).Append(value.Length).Append(':').Append(value);
        }

        identity = text.ToString();
    }

    /// <summary>No labels.</summary>
    public static PromLabels Empty { get; } = new([]);

    /// <summary>Name and value of each label, in order; no value is empty.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>A label's value, or the empty text.</summary>
    public string this[string name]
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

            return "";
        }
    }

    /// <summary>Makes labels of pairs in any order; of a name that comes twice, the first counts.</summary>
    public static PromLabels Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var sorted = pairs.Where(static pair => pair.Value.Length > 0).DistinctBy(static pair => pair.Key, StringComparer.Ordinal).ToArray();
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return sorted.Length == 0 ? Empty : new PromLabels([.. sorted]);
    }

    /// <summary>Those labels that are named.</summary>
    public PromLabels Only(IReadOnlyCollection<string> names) => Filter(pair => names.Contains(pair.Key));

    /// <summary>Those labels that are not named.</summary>
    public PromLabels Without(IReadOnlyCollection<string> names) => Filter(pair => !names.Contains(pair.Key));

    /// <summary>All labels but the metric's name.</summary>
    public PromLabels WithoutName() => Filter(static pair => pair.Key != MetricName);

    /// <inheritdoc/>
    public bool Equals(PromLabels? other) => other is not null && identity == other.identity;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PromLabels);

    /// <inheritdoc/>
    public override int GetHashCode() => identity.GetHashCode(StringComparison.Ordinal);

    /// <summary>By names and values from the first on; who has fewer comes first.</summary>
    public int CompareWith(PromLabels other)
    {
        for (var i = 0; i < Math.Min(Pairs.Length, other.Pairs.Length); i++)
        {
            var order = string.CompareOrdinal(Pairs[i].Key, other.Pairs[i].Key);
            order = order != 0 ? order : string.CompareOrdinal(Pairs[i].Value, other.Pairs[i].Value);
            if (order != 0)
            {
                return order;
            }
        }

        return Pairs.Length.CompareTo(other.Pairs.Length);
    }

    /// <summary>As a selector writes it: <c>{host="a"}</c>.</summary>
    public override string ToString() => $"{{{string.Join(", ", Pairs.Select(static pair => $"{pair.Key}=\"{pair.Value}\""))}}}";

    private PromLabels Filter(Func<KeyValuePair<string, string>, bool> isKept)
    {
        foreach (var pair in Pairs)
        {
            if (!isKept(pair))
            {
                return Of(Pairs.Where(isKept));
            }
        }

        return this;
    }
}
