using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>A write that was checked, encoded and hashed outside of the gate.</summary>
internal sealed class SeriesPreparedWrite
{
    private const int SaltBytes = 16;

    private SeriesPreparedWrite(SeriesWrite write, PreparedDelta delta, int[] ordinals, SeriesKey?[] keys)
    {
        Write = write;
        Delta = delta;
        Ordinals = ordinals;
        Keys = keys;
    }

    /// <summary>The write.</summary>
    public SeriesWrite Write { get; }

    /// <summary>Its delta.</summary>
    public PreparedDelta Delta { get; }

    /// <summary>The earliest of its event times.</summary>
    public required long FirstTime { get; init; }

    /// <summary>For each series its ordinal, or −1 when it was not known.</summary>
    public int[] Ordinals { get; }

    /// <summary>For each series that was not known, what it is.</summary>
    public SeriesKey?[] Keys { get; }

    /// <summary>Checks, encodes and hashes. Cost: about 40 ns for each row and 60 ns for each series.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>; TooLarge, <c>batch_too_large</c>.</exception>
    public static SeriesPreparedWrite Prepare(SeriesWrite write, SeriesOrdinals known, ISaltSource salts)
    {
        Validate(write);
        var series = ImmutableCollectionsMarshal.AsArray(write.Series)!;
        var ordinals = known.Find(series);
        var keys = new SeriesKey?[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            if (ordinals[i] < 0)
            {
                keys[i] = SeriesKey.Parse(series[i]);
            }
        }

        Span<byte> salt = stackalloc byte[SaltBytes];
        salts.Fill(salt);
        var payload = PayloadBuffer.Rent(salt, 64 + (write.Rows.Length * 8));
        SeriesPayload.Write(payload, series, ordinals, write.Rows.AsSpan(), write.Times.AsSpan(), write.Values.AsSpan());
        var context = write is { Operation: null, Group: null, Actor: "" }
            ? DeltaContext.None
            : new DeltaContext { Operation = write.Operation, Group = write.Group, Actor = write.Actor };
        var draft = new DeltaDraft(SeriesPayload.Record, SeriesPayload.SchemaVersion, payload, context);
        return new SeriesPreparedWrite(write, new PreparedDelta(draft, write.Operation is null ? default : salt.ToArray()), ordinals, keys) { FirstTime = TensorPrimitives.Min(write.Times.AsSpan()) };
    }

    private static void Validate(SeriesWrite write)
    {
        var count = write.Rows.Length;
        if (count is < 1 or > Limits.SeriesRowsMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A write has 1 to {Limits.SeriesRowsMax} values, not {count}.")
            {
                Field = "points",
                Limit = Limits.SeriesRowsMax,
            };
        }

        if (write.Times.Length != count || write.Values.Length != count || write.Series.Length > count)
        {
            throw Refuse("points", "Rows, times and values are as many, and each series has a row.");
        }

        var rows = write.Rows.AsSpan();
        if (TensorPrimitives.Min(rows) < 0 || TensorPrimitives.Max(rows) >= write.Series.Length)
        {
            throw Refuse("points", "Each row names a series.");
        }

        // What is not a number is what the greatest is then.
        if (!double.IsFinite(TensorPrimitives.MaxMagnitude(write.Values.AsSpan())))
        {
            throw Refuse("fields", "A value is a finite number.");
        }
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
