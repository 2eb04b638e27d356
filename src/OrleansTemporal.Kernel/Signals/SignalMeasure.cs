using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>What entities are ranked by. A closed hierarchy.</summary>
public abstract record SignalMeasure
{
    private protected SignalMeasure()
    {
    }

    /// <summary>The value of an entity at a moment that is not before its newest event; 0 for one that had none.</summary>
    public abstract double Of(SignalTable table, int entity, EventTime at);

    /// <summary>Whether the entity has counted events of what is measured after a moment, so that its history has to be asked.</summary>
    public abstract bool IsPast(SignalTable table, int entity, EventTime at);

    /// <summary>A score.</summary>
    /// <param name="Type">Number of the signal type.</param>
    /// <param name="HalfLife">Which of its half-lives.</param>
    public sealed record Score(int Type, int HalfLife) : SignalMeasure
    {
        /// <inheritdoc/>
        public override double Of(SignalTable table, int entity, EventTime at) => table.ScoreOf(entity, Type, HalfLife, at);

        /// <inheritdoc/>
        public override bool IsPast(SignalTable table, int entity, EventTime at) => table.IsPast(entity, Type, at);
    }

    /// <summary>A count of events.</summary>
    /// <param name="Type">Number of the signal type.</param>
    /// <param name="Window">Over which time; null for all of it.</param>
    public sealed record Count(int Type, SignalWindow? Window) : SignalMeasure
    {
        /// <inheritdoc/>
        public override double Of(SignalTable table, int entity, EventTime at) =>
            Window is { } window ? table.CountOf(entity, Type, at, window).Events : table.TotalsOf(entity, Type, at).Count;

        /// <inheritdoc/>
        public override bool IsPast(SignalTable table, int entity, EventTime at) => table.IsPast(entity, Type, at);
    }

    /// <summary>Events a second over a window.</summary>
    /// <param name="Type">Number of the signal type.</param>
    /// <param name="Window">Over which time.</param>
    public sealed record Velocity(int Type, SignalWindow Window) : SignalMeasure
    {
        /// <inheritdoc/>
        public override double Of(SignalTable table, int entity, EventTime at) => Window.VelocityOf(table.CountOf(entity, Type, at, Window).Events);

        /// <inheritdoc/>
        public override bool IsPast(SignalTable table, int entity, EventTime at) => table.IsPast(entity, Type, at);
    }

    /// <summary>The weighted sum of scores.</summary>
    /// <param name="Terms">The summands.</param>
    public sealed record Profile(IReadOnlyList<SignalSummand> Terms) : SignalMeasure
    {
        private readonly SignalSummand[] terms = [.. Terms];

        /// <inheritdoc/>
        public override double Of(SignalTable table, int entity, EventTime at)
        {
            var sum = 0.0;
            foreach (var term in terms)
            {
                sum += term.Weight * table.ScoreOf(entity, term.Type, term.HalfLife, at);
            }

            return Math.Clamp(sum, double.MinValue, double.MaxValue);
        }

        /// <inheritdoc/>
        public override bool IsPast(SignalTable table, int entity, EventTime at) => terms.Any(term => table.IsPast(entity, term.Type, at));
    }
}
