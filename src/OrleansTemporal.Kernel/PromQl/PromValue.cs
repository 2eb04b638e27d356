namespace OrleansTemporal.PromQl;

/// <summary>What a part of a query comes to, over all steps.</summary>
internal abstract class PromValue;

/// <summary>A number for each step.</summary>
internal sealed class PromScalars(double[] values) : PromValue
{
    public double[] Values { get; } = values;
}

/// <summary>A text.</summary>
internal sealed class PromTexts(string value) : PromValue
{
    public string Value { get; } = value;
}

/// <summary>Series.</summary>
internal sealed class PromVectors(List<PromRow> rows) : PromValue
{
    public List<PromRow> Rows { get; } = rows;
}

/// <summary>One series: for each step a value, where it has one.</summary>
internal sealed record PromRow(PromLabels Labels, double[] Values, bool[] Has)
{
    /// <summary>Whether it has a value at all.</summary>
    public bool IsEmpty => Array.IndexOf(Has, true) < 0;
}
