using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>Reads a query. What it reads is small: bounded in length, and in levels of parts. Not thread-safe.</summary>
internal sealed partial class PromParser
{
    private readonly List<PromToken> tokens;
    private readonly List<PromSelector> selectors = [];
    private int at;
    private int level;

    /// <summary>Takes the query apart.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>malformed_query</c>; TooLarge, <c>query_too_large</c>.</exception>
    public PromParser(string query)
    {
        if (query.Length > Limits.PromQueryLengthMax)
        {
            throw PromErrors.TooLarge($"A query has at most {Limits.PromQueryLengthMax} characters.", Limits.PromQueryLengthMax);
        }

        tokens = PromLexer.Read(query);
    }

    private PromToken Here => tokens[at];

    /// <summary>The whole query, and its selectors in their order.</summary>
    public (PromNode Root, ImmutableArray<PromSelector> Selectors) ReadQuery()
    {
        var root = ReadBinary(1);
        RequireEnd();
        return (root, [.. selectors]);
    }

    /// <summary>A selector by itself.</summary>
    public PromSelection ReadSelection()
    {
        var selection = ReadMatchers();
        RequireEnd();
        return selection;
    }

    private PromNode ReadBinary(int strengthMin)
    {
        var left = ReadUnary();
        while (PromOperators.TryFind(Here, out var found, out var strength) && strength >= strengthMin)
        {
            var sign = Take();
            var answersBool = TakeWord("bool");
            var matching = ReadMatching(out var isMatched);
            var right = ReadBinary(found == PromOperator.Power ? strength : strength + 1);
            left = Checked(Combine(sign, found, left, right, answersBool, isMatched ? matching : null));
        }

        return left;
    }

    private PromNode ReadUnary()
    {
        if (!Here.Is("-") && !Here.Is("+"))
        {
            return ReadPrimary();
        }

        var sign = Take();
        Enter();
        var inner = ReadBinary(PromOperators.PowerStrength);
        level--;
        if (inner.Type is not (PromType.Scalar or PromType.Vector))
        {
            throw Refuse(sign, "is followed by a number or by series with one value each");
        }

        return sign.Text == "+" ? inner : inner is PromNumber number ? new PromNumber(-number.Value) : Checked(new PromNegation(inner));
    }

    private PromNode ReadPrimary()
    {
        var token = Here;
        switch (token.Kind)
        {
            case PromTokenKind.Number:
                PromLiterals.TryReadNumber(Take().Text, out var number);
                return new PromNumber(number);
            case PromTokenKind.Duration:
                PromLiterals.TryReadDuration(Take().Text, out var milliseconds);
                return new PromNumber(milliseconds / 1_000.0);
            case PromTokenKind.Text:
                return new PromText(Take().Text);
            case PromTokenKind.Sign when token.Text == "(":
                Take();
                Enter();
                var inner = ReadBinary(1);
                level--;
                Require(")");
                RefuseSuffix();
                return inner;
            case PromTokenKind.Sign when token.Text == "{":
                return ReadSelector();
            case PromTokenKind.Word:
                return ReadWord();
            default:
                throw Refuse(token, "can not stand there");
        }
    }

    private PromNode ReadWord()
    {
        var word = Here;
        var next = tokens[at + 1];
        if (PromAggregations.IsKnown(word.Text) && (next.Is("(") || next.IsWord("by") || next.IsWord("without")))
        {
            return ReadAggregation();
        }

        if (next.Is("("))
        {
            return ReadCall();
        }

        if (!next.Is("{") && PromLiterals.TryReadNumber(word.Text, out var number))
        {
            Take();
            return new PromNumber(number);
        }

        return ReadSelector();
    }

    private static PromBinary Combine(PromToken sign, PromOperator found, PromNode left, PromNode right, bool answersBool, PromMatching? matching)
    {
        if (left.Type is not (PromType.Scalar or PromType.Vector) || right.Type is not (PromType.Scalar or PromType.Vector))
        {
            throw Refuse(sign, "stands between numbers and series with one value each");
        }

        var areVectors = left.Type == PromType.Vector && right.Type == PromType.Vector;
        return (found.IsOfSets() || matching is not null) && !areVectors ? throw Refuse(sign, "with 'on' or 'ignoring', and 'and', 'or' and 'unless', stand between series")
            : answersBool && !found.Compares() ? throw Refuse(sign, "is no comparison, so that 'bool' means nothing")
            : found.Compares() && !answersBool && left.Type == PromType.Scalar && right.Type == PromType.Scalar ? throw Refuse(sign, "between two numbers is followed by 'bool'")
            : new PromBinary(found, left, right, answersBool, matching ?? PromMatching.Default);
    }

    private PromMatching ReadMatching(out bool isMatched)
    {
        isMatched = Here.IsWord("on") || Here.IsWord("ignoring");
        if (!isMatched)
        {
            return PromMatching.Default;
        }

        var matching = new PromMatching(Take().IsWord("on"), ReadLabels());
        return Here.IsWord("group_left") || Here.IsWord("group_right")
            ? throw Refuse(Here, "is not part of what is read here: one series belongs to one")
            : matching;
    }

    private static Errors.TemporalException Refuse(PromToken token, string why) =>
        PromErrors.Malformed(token.Kind == PromTokenKind.End ? "The query ends too early." : $"'{token.Text}', character {token.At} of the query, {why}.");

    private PromToken Take() => tokens[at++];

    private bool TakeWord(string word)
    {
        var isThere = Here.IsWord(word);
        at += isThere ? 1 : 0;
        return isThere;
    }

    private bool TakeSign(string sign)
    {
        var isThere = Here.Is(sign);
        at += isThere ? 1 : 0;
        return isThere;
    }

    private void Require(string sign)
    {
        if (!TakeSign(sign))
        {
            throw Refuse(Here, $"stands where '{sign}' is expected");
        }
    }

    private void RequireEnd()
    {
        if (Here.Kind != PromTokenKind.End)
        {
            throw Refuse(Here, "is not expected behind what is whole already");
        }
    }

    private void Enter()
    {
        if (++level > Limits.PromDepthMax)
        {
            throw TooDeep();
        }
    }

    private static T Checked<T>(T node)
        where T : PromNode => node.Height <= Limits.PromDepthMax ? node : throw TooDeep();

    private static Errors.TemporalException TooDeep() => PromErrors.TooLarge($"A query has at most {Limits.PromDepthMax} levels of parts within parts.", Limits.PromDepthMax);
}
