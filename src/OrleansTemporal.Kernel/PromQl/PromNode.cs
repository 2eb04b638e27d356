using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>A part of a query.</summary>
/// <param name="type">What it comes to.</param>
/// <param name="height">Levels of parts in it, itself included.</param>
internal abstract class PromNode(PromType type, int height)
{
    /// <summary>What it comes to.</summary>
    public PromType Type { get; } = type;

    /// <summary>Levels of parts in it, itself included.</summary>
    public int Height { get; } = height;
}

/// <summary>A number.</summary>
internal sealed class PromNumber(double value) : PromNode(PromType.Scalar, 1)
{
    public double Value { get; } = value;
}

/// <summary>A text.</summary>
internal sealed class PromText(string value) : PromNode(PromType.Text, 1)
{
    public string Value { get; } = value;
}

/// <summary>A selector, with a span where it is of samples rather than of the newest one.</summary>
internal sealed class PromSelector(int index, PromSelection selection, long? span, long offset, PromAnchor anchor)
    : PromNode(span is null ? PromType.Vector : PromType.Matrix, 1)
{
    /// <summary>Its place among the selectors of the query.</summary>
    public int Index { get; } = index;

    public PromSelection Selection { get; } = selection;

    /// <summary>In milliseconds.</summary>
    public long? Span { get; } = span;

    /// <summary>How long before the step it looks, in milliseconds; negative for behind it.</summary>
    public long Offset { get; } = offset;

    public PromAnchor Anchor { get; } = anchor;
}

/// <summary>A moment that a selector looks at instead of the step's.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="At">In milliseconds, where it is given.</param>
internal readonly record struct PromAnchor(PromAnchorKind Kind, long At);

/// <summary>Which moment a selector looks at.</summary>
internal enum PromAnchorKind
{
    /// <summary>That of the step.</summary>
    Step,

    /// <summary>One that is given.</summary>
    Given,

    /// <summary>The first step.</summary>
    Start,

    /// <summary>The last step.</summary>
    End,
}

/// <summary>A minus before something.</summary>
internal sealed class PromNegation(PromNode inner) : PromNode(inner.Type, inner.Height + 1)
{
    public PromNode Inner { get; } = inner;
}

/// <summary>Two parts with an operator between them.</summary>
internal sealed class PromBinary(PromOperator @operator, PromNode left, PromNode right, bool answersBool, PromMatching matching)
    : PromNode(left.Type == PromType.Scalar && right.Type == PromType.Scalar ? PromType.Scalar : PromType.Vector, Math.Max(left.Height, right.Height) + 1)
{
    public PromOperator Operator { get; } = @operator;

    public PromNode Left { get; } = left;

    public PromNode Right { get; } = right;

    /// <summary>Whether a comparison answers 0 or 1 instead of leaving out.</summary>
    public bool AnswersBool { get; } = answersBool;

    public PromMatching Matching { get; } = matching;
}

/// <summary>Which labels have to be equal for two series to belong together.</summary>
/// <param name="IsOn">These, or all but these and the name.</param>
/// <param name="Labels">The labels.</param>
internal sealed record PromMatching(bool IsOn, ImmutableArray<string> Labels)
{
    public static PromMatching Default { get; } = new(false, []);
}

/// <summary>A function of series by group.</summary>
internal sealed class PromAggregation(string function, PromNode inner, PromNode? parameter, bool isWithout, ImmutableArray<string> labels)
    : PromNode(PromType.Vector, Math.Max(inner.Height, parameter?.Height ?? 0) + 1)
{
    public string Function { get; } = function;

    public PromNode Inner { get; } = inner;

    public PromNode? Parameter { get; } = parameter;

    /// <summary>Whether groups have all labels but these, instead of these only.</summary>
    public bool IsWithout { get; } = isWithout;

    public ImmutableArray<string> Labels { get; } = labels;
}

/// <summary>A call of a function.</summary>
internal sealed class PromCall(PromFunction function, ImmutableArray<PromNode> arguments)
    : PromNode(function.Returns, arguments.Select(static argument => argument.Height).DefaultIfEmpty().Max() + 1)
{
    public PromFunction Function { get; } = function;

    public ImmutableArray<PromNode> Arguments { get; } = arguments;
}
