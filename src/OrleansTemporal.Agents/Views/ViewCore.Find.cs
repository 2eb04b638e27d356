using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

internal sealed partial class ViewCore
{
    /// <summary>Keys by the value of a field. Housekeeping builds an index; until it is there, and whenever it can not help, it says so.</summary>
    public async ValueTask<ViewLookupPage> FindAsync(ViewLookup lookup, CancellationToken cancellationToken)
    {
        var asked = lookup.AsOf.SystemTime ?? Services.Clock.Next();
        var unknown = new ViewLookupPage { IsKnown = false, SystemTime = asked };
        if (!IsIndex || content is null || await FindPlanAsync(cancellationToken).ConfigureAwait(false) is not { } plan || plan.Fields.IndexOf(lookup.Field) is not (>= 0 and var place))
        {
            return unknown;
        }

        await turns.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (content is not { } present || present.Signature != plan.Signature || asked.Value < present.States[place].Floor)
            {
                return unknown;
            }

            var (_, changes, _) = await BringOnAsync(plan, HybridTimestamp.Max(asked, Services.Clock.Next()), cancellationToken).ConfigureAwait(false);
            var rows = present.States[place].Rows!;
            if (asked.Value < rows.Floor)
            {
                return unknown;
            }

            var keys = lookup.InOrder ? InOrder(rows, lookup, asked.Value) : Within(rows, lookup, asked.Value);
            return keys is null ? unknown : new ViewLookupPage
            {
                Keys = [.. keys],
                IsKnown = true,
                RowCount = lookup.InOrder ? rows.CountAt(asked.Value) : rows.LiveCount,
                SystemTime = asked,
                ChangeCount = changes,
            };
        }
        catch (TemporalException refusal) when (refusal.Code == ErrorCodes.ViewTooLarge)
        {
            return unknown;
        }
        finally
        {
            turns.Exit();
        }
    }

    // Null when the key to go on behind is not there any more.
    private static List<string>? InOrder(ViewRows rows, ViewLookup lookup, ulong time)
    {
        var order = Array.Empty<byte>();
        if (lookup.After is { } after)
        {
            if (rows.Find(after, time) is not { } last)
            {
                return null;
            }

            order = last.Order;
        }

        return [.. rows.At(time, order, lookup.After).Take(lookup.CountMax).Select(static row => row.Key)];
    }

    // Null when there are too many.
    private static List<string>? Within(ViewRows rows, ViewLookup lookup, ulong time)
    {
        var keys = new List<string>();
        foreach (var row in rows.At(time, lookup.From.ToArray()))
        {
            if (!lookup.To.IsEmpty && row.Order.AsSpan().SequenceCompareTo(lookup.To.Span) >= 0)
            {
                break;
            }

            if (keys.Count == lookup.CountMax)
            {
                return null;
            }

            keys.Add(row.Key);
        }

        keys.Sort(Utf8Order.Comparer);
        return keys;
    }
}
