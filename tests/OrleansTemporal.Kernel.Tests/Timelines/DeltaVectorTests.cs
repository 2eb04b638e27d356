using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Sparse vectors against dense arrays.</summary>
public sealed class DeltaVectorTests
{
    private const int Dimensions = 97;

    [Fact]
    public void changes_set_in_the_old_state_give_the_new_one_bit_by_bit()
    {
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var (from, to) = Pair(random);
            var state = from.ToArray();
            DeltaVector.Changes(from, to, 0).SetIn(state);
            Assert.Equal(Bits(to), Bits(state));
        }
    }

    [Fact]
    public void negative_zero_is_a_change_and_a_bound_leaves_small_changes_out()
    {
        Assert.Equal([0], DeltaVector.Changes([0f, 1f], [-0f, 1f], 0).Indices.ToArray());
        Assert.Equal([1], DeltaVector.Changes([0f, 1f], [0.5f, 2f], 0.5f).Indices.ToArray());
    }

    [Fact]
    public void composed_vectors_are_as_one_after_the_other()
    {
        var random = new Random(2);
        for (var round = 0; round < 500; round++)
        {
            var (first, second) = (Sparse(random), Sparse(random));
            var expected = new float[Dimensions];
            first.SetIn(expected);
            second.SetIn(expected);
            var state = new float[Dimensions];
            first.ThenSet(second).SetIn(state);
            Assert.Equal(Bits(expected), Bits(state));

            // Whole numbers add without rounding, so the sums are those of a dense vector exactly.
            var sums = new float[Dimensions];
            Whole(first).AddTo(sums);
            Whole(second).AddTo(sums);
            var composed = Whole(first).ThenAdd(Whole(second));
            var added = new float[Dimensions];
            composed.AddTo(added);
            Assert.Equal(sums, added);
            Assert.DoesNotContain(0f, composed.Values.ToArray());
            var (third, all) = (Whole(Sparse(random)), new float[Dimensions]);
            DeltaVector.Sum([Whole(first), Whole(second), third]).AddTo(all);
            third.AddTo(sums);
            Assert.Equal(sums, all);
            composed.Invert().AddTo(added);
            Assert.All(added, static value => Assert.Equal(0f, value));
        }
    }

    [Fact]
    public void what_can_not_be_is_refused()
    {
        Refused(() => DeltaVector.Create(3, [0, 1], [1f]));
        Refused(() => DeltaVector.Create(3, [0, 3], [1f, 1f]));
        Refused(() => DeltaVector.Create(3, [-1], [1f]));
        Refused(() => DeltaVector.Create(3, [1, 0, 1], [1f, 2f, 3f]));
        Refused(() => DeltaVector.Create(3, [1], [float.NaN]));
        Refused(() => DeltaVector.Create(3, [1], [float.NegativeInfinity]));
        Assert.Equal([0, 2], DeltaVector.Create(3, [2, 0], [5f, 6f]).Indices.ToArray());
        Assert.Equal([6f, 5f], DeltaVector.Create(3, [2, 0], [5f, 6f]).Values.ToArray());
    }

    // Long enough for vectors of any processor, and a rest.
    [Fact]
    public void what_can_not_be_is_found_at_every_place()
    {
        const int count = 70;
        var (indices, values) = (Enumerable.Range(0, count).Select(static i => i * 3).ToArray(), Enumerable.Repeat(1f, count).ToArray());
        Assert.Equal(indices, DeltaVector.Create(count * 3, indices, values).Indices.ToArray());
        for (var place = 0; place < count; place++)
        {
            Refused(() => DeltaVector.Create(count * 3, indices, With(values, place, float.NaN)));
            Refused(() => DeltaVector.Create(count * 3, With(indices, place, -1), values));
            Refused(() => DeltaVector.Create(count * 3, With(indices, place, count * 3), values));
            Refused(() => DeltaVector.Create(count * 3, With(indices, place, indices[place == 0 ? 1 : place - 1]), values));
            var swapped = With(indices, place, indices[^1] + 1);
            Assert.Equal(swapped.Order(), DeltaVector.Create(count * 3, swapped, values).Indices.ToArray());
        }

        static T[] With<T>(T[] array, int place, T value)
        {
            var copy = array.ToArray();
            copy[place] = value;
            return copy;
        }
    }

    [Fact]
    public void magnitude_sums_in_double_and_names_density()
    {
        var magnitude = DeltaMagnitude.Of([1f, 0f], [1e20f, 3e20f], 10);
        Assert.Equal(2, magnitude.DimensionsChanged);
        Assert.Equal(Math.Sqrt(((double)1e20f * 1e20f) + ((double)3e20f * 3e20f)), magnitude.L2Norm, 1e10);
        Assert.Equal(3e20f, magnitude.MaxComponent);
        Assert.Equal(0.2, magnitude.Density);
        Assert.Equal(0, DeltaMagnitude.Of([], [], 0).Density);
    }

    [Fact]
    public void a_state_tree_hashes_only_what_was_touched_and_as_a_new_one_would()
    {
        var random = new Random(3);
        var state = new float[(StateTree.BlockComponents * 3) + 5];
        var tree = new StateTree(state.Length);
        var before = tree.Root(state);
        for (var round = 0; round < 50; round++)
        {
            var index = random.Next(state.Length);
            state[index] += 1;
            tree.Touch([index]);
            var root = tree.Root(state);
            Assert.NotEqual(before, root);
            Assert.Equal(new StateTree(state.Length).Root(state), root);
            before = root;
        }

        // What was not touched is not hashed again: that is what makes it cheap, and what the caller owes it.
        state[0] += 1;
        Assert.Equal(before, tree.Root(state));
    }

    [Fact]
    public void values_are_finite_or_found()
    {
        var values = new float[37];
        Assert.True(FiniteValues.All(values));
        for (var i = 0; i < values.Length; i++)
        {
            foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                values[i] = bad;
                Assert.False(FiniteValues.All(values));
            }

            values[i] = float.MaxValue;
        }

        Assert.True(FiniteValues.All(values));
    }

    internal static float[] Dense(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => Value(random))];

    internal static float Value(Random random)
    {
        while (true)
        {
            var value = random.Next(4) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
                1 => random.Next(-3, 4),
                2 => (float)random.NextDouble(),
                _ => random.Next(2) == 0 ? 0f : -0f,
            };
            if (float.IsFinite(value))
            {
                return value;
            }
        }
    }

    private static (float[] From, float[] To) Pair(Random random)
    {
        var from = Dense(random, Dimensions);
        var to = from.ToArray();
        for (var changes = random.Next(Dimensions); changes > 0; changes--)
        {
            to[random.Next(Dimensions)] = Value(random);
        }

        return (from, to);
    }

    private static DeltaVector Sparse(Random random)
    {
        var indices = Enumerable.Range(0, Dimensions).Where(_ => random.Next(3) == 0).ToArray();
        return DeltaVector.Create(Dimensions, indices, Dense(random, indices.Length));
    }

    private static DeltaVector Whole(DeltaVector vector) =>
        DeltaVector.Create(Dimensions, vector.Indices, [.. vector.Indices.ToArray().Select(static index => (float)((index % 7) - 3))]);

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static void Refused(Action act) => Assert.Equal(ErrorCodes.InvalidField, Assert.Throws<TemporalException>(act).Code);
}
