using System.Collections.Immutable;

namespace OrleansTemporal.Signals;

/// <summary>A schema, ready to compute with. Immutable.</summary>
internal sealed class SignalPlan
{
    private readonly SignalWindow[][] windows;

    public SignalPlan(SignalSchema schema)
    {
        Schema = schema;
        Decays = SignalDecays.Of(schema);
        windows = [.. schema.Types.Select(static type => type.Windows.Select(static span => SignalWindow.TryFrom(span.Time, out var window) ? window : default).ToArray())];
    }

    /// <summary>Of a ledger that was never defined.</summary>
    public static SignalPlan Empty { get; } = new(SignalSchema.Empty);

    public SignalSchema Schema { get; }

    public SignalDecays Decays { get; }

    /// <summary>Everything of an entity; of one that is not there, zeros.</summary>
    /// <param name="table">Where it is.</param>
    /// <param name="entity">Its number, or −1.</param>
    /// <param name="id">Its id.</param>
    /// <param name="at">The moment; not before its newest event.</param>
    public SignalReading Read(SignalTable table, int entity, string id, Causality.EventTime at)
    {
        var signals = ImmutableArray.CreateBuilder<SignalValues>(Schema.Types.Length);
        for (var type = 0; type < Schema.Types.Length; type++)
        {
            signals.Add(Read(table, entity, type, at));
        }

        return new SignalReading { Entity = id, Signals = signals.MoveToImmutable() };
    }

    private SignalValues Read(SignalTable table, int entity, int number, Causality.EventTime at)
    {
        var type = Schema.Types[number];
        Span<double> scores = stackalloc double[1 + type.HalfLives.Length];
        Span<SignalCount> counts = stackalloc SignalCount[windows[number].Length];
        scores.Clear();
        counts.Clear();
        var totals = entity < 0 ? default : table.Read(entity, number, at, scores, windows[number], counts);
        var named = ImmutableArray.CreateBuilder<SignalScore>(scores.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            named.Add(new SignalScore(i == 0 ? type.HalfLife : type.HalfLives[i - 1], scores[i]));
        }

        var inWindows = ImmutableArray.CreateBuilder<SignalWindowValue>(counts.Length);
        for (var i = 0; i < counts.Length; i++)
        {
            var (window, count) = (windows[number][i], counts[i]);
            inWindows.Add(new SignalWindowValue(type.Windows[i], window.StartAt(at), (long)count.Events, count.Sum, window.VelocityOf(count.Events)));
        }

        return new SignalValues
        {
            Signal = type.Name,
            Scores = named.MoveToImmutable(),
            Windows = inWindows.MoveToImmutable(),
            Count = (long)totals.Count,
            Sum = totals.Sum,
            LastEvent = totals.Newest,
        };
    }
}
