using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

internal sealed partial class PromParser
{
    private PromAggregation ReadAggregation()
    {
        var name = Take();
        var grouping = ReadGrouping();
        var arguments = ReadArguments();
        grouping ??= ReadGrouping();
        var hasParameter = PromAggregations.HasParameter(name.Text);
        if (arguments.Length != (hasParameter ? 2 : 1))
        {
            throw Refuse(name, hasParameter ? "is given a number and series" : "is given series");
        }

        if (arguments[^1].Type != PromType.Vector || (hasParameter && arguments[0].Type != PromType.Scalar))
        {
            throw Refuse(name, hasParameter ? "is given a number and series with one value each" : "is given series with one value each");
        }

        RefuseSuffix();
        var (isWithout, labels) = grouping ?? (false, []);
        return Checked(new PromAggregation(name.Text.ToLowerInvariant(), arguments[^1], hasParameter ? arguments[0] : null, isWithout, labels));
    }

    private (bool IsWithout, ImmutableArray<string> Labels)? ReadGrouping()
    {
        if (!Here.IsWord("by") && !Here.IsWord("without"))
        {
            return null;
        }

        var isWithout = Take().IsWord("without");
        return (isWithout, ReadLabels());
    }

    private PromCall ReadCall()
    {
        var name = Take();
        var function = PromFunction.Find(name.Text) ?? throw Refuse(name, "is no function that there is here");
        var arguments = ReadArguments();
        if (arguments.Length > function.Arguments.Length || arguments.Length < function.Arguments.Length - function.OptionalCount)
        {
            throw Refuse(name, $"has {function.Arguments.Length} arguments");
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Type != function.Arguments[i])
            {
                throw Refuse(name, $"is given {NameOf(function.Arguments[i])} as argument {i + 1}, not {NameOf(arguments[i].Type)}");
            }
        }

        RefuseSuffix();
        return Checked(new PromCall(function, arguments));
    }

    private ImmutableArray<PromNode> ReadArguments()
    {
        var arguments = ImmutableArray.CreateBuilder<PromNode>();
        Require("(");
        Enter();
        while (!TakeSign(")"))
        {
            if (arguments.Count > 0)
            {
                Require(",");
            }

            arguments.Add(ReadBinary(1));
        }

        level--;
        return arguments.DrainToImmutable();
    }

    private static string NameOf(PromType type) => type switch
    {
        PromType.Scalar => "a number",
        PromType.Text => "a text",
        PromType.Vector => "series with one value each",
        PromType.Matrix => "series with the samples of a span, as in [5m]",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
