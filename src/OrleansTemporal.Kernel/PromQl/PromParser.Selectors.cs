using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

internal sealed partial class PromParser
{
    private PromSelector ReadSelector()
    {
        var selection = ReadMatchers();
        long? span = null;
        if (TakeSign("["))
        {
            var token = Here;
            span = ReadSpan();
            if (Here.Is(":"))
            {
                throw Refuse(Here, "begins the step of a subquery, which is not part of what is read here");
            }

            Require("]");
            if (span <= 0)
            {
                throw Refuse(token, "is no span: it is longer than nothing");
            }
        }

        var offset = (long?)null;
        var anchor = (PromAnchor?)null;
        while (true)
        {
            if (offset is null && TakeWord("offset"))
            {
                var isNegative = TakeSign("-");
                offset = isNegative ? -ReadSpan() : ReadSpan();
            }
            else if (anchor is null && TakeSign("@"))
            {
                anchor = ReadAnchor();
            }
            else
            {
                break;
            }
        }

        RefuseSuffix();
        var selector = new PromSelector(selectors.Count, selection, span, offset ?? 0, anchor ?? default);
        selectors.Add(selector);
        return selector;
    }

    private PromSelection ReadMatchers()
    {
        var matchers = ImmutableArray.CreateBuilder<PromMatcher>();
        var isNamed = Here.Kind == PromTokenKind.Word;
        if (isNamed)
        {
            matchers.Add(new PromMatcher(PromLabels.MetricName, Take().Text, isPattern: false, isNegated: false));
        }

        if (isNamed && !Here.Is("{"))
        {
            return new PromSelection(matchers.DrainToImmutable());
        }

        Require("{");
        while (!TakeSign("}"))
        {
            var name = ReadLabel();
            if (isNamed && name == PromLabels.MetricName)
            {
                throw PromErrors.Malformed("A selector names its metric once: before the braces or in them.");
            }

            matchers.Add(ReadMatcher(name));
            if (!Here.Is("}"))
            {
                Require(",");
            }
        }

        return new PromSelection(matchers.DrainToImmutable());
    }

    private PromMatcher ReadMatcher(string name)
    {
        var sign = Take();
        if (sign.Kind != PromTokenKind.Sign || sign.Text is not ("=" or "!=" or "=~" or "!~"))
        {
            throw Refuse(sign, "stands where =, !=, =~ or !~ is expected");
        }

        return Here.Kind == PromTokenKind.Text
            ? new PromMatcher(name, Take().Text, sign.Text[^1] == '~', sign.Text[0] == '!')
            : throw Refuse(Here, "stands where a text in quotes is expected");
    }

    private string ReadLabel() => Here.Kind == PromTokenKind.Word && PromNames.IsLabel(Here.Text)
        ? Take().Text
        : throw Refuse(Here, "stands where a label is expected");

    private ImmutableArray<string> ReadLabels()
    {
        var labels = ImmutableArray.CreateBuilder<string>();
        Require("(");
        while (!TakeSign(")"))
        {
            labels.Add(ReadLabel());
            if (!Here.Is(")"))
            {
                Require(",");
            }
        }

        return labels.DrainToImmutable();
    }

    // In milliseconds; never negative.
    private long ReadSpan()
    {
        var token = Take();
        return token.Kind is PromTokenKind.Duration or PromTokenKind.Number && PromLiterals.TryReadSpan(token.Text, out var milliseconds)
            ? milliseconds
            : throw Refuse(token, "stands where a duration is expected, as 5m");
    }

    private PromAnchor ReadAnchor()
    {
        if ((Here.IsWord("start") || Here.IsWord("end")) && tokens[at + 1].Is("("))
        {
            var kind = Take().IsWord("start") ? PromAnchorKind.Start : PromAnchorKind.End;
            Require("(");
            Require(")");
            return new PromAnchor(kind, 0);
        }

        var isNegative = TakeSign("-");
        var token = Take();
        return token.Kind == PromTokenKind.Number && PromLiterals.TryReadNumber(token.Text, out var seconds) && PromLiterals.TryRound(seconds, out var moment)
            ? new PromAnchor(PromAnchorKind.Given, isNegative ? -moment : moment)
            : throw Refuse(token, "stands where seconds since 1970, start() or end() are expected");
    }

    private void RefuseSuffix()
    {
        if (Here.Is("[") || Here.Is("@") || Here.IsWord("offset"))
        {
            throw Refuse(Here, "stands behind a selector, once, the span first");
        }
    }
}
