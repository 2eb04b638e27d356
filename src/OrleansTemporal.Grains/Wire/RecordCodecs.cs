using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;

namespace OrleansTemporal.Wire;

/// <summary>Gives the serializer a codec and a copier for every type of the product that can travel, without an attribute on any of them.</summary>
internal sealed class RecordCodecs(WireClock clock) : ISpecializableCodec, ISpecializableCopier, ITypeFilter
{
    /// <inheritdoc cref="ISpecializableCodec.IsSupportedType"/>
    public bool IsSupportedType(Type type) => WireFormats.Covers(type);

    /// <inheritdoc/>
    public IFieldCodec GetSpecializedCodec(Type type) => (IFieldCodec)Create(type);

    /// <inheritdoc/>
    public IDeepCopier GetSpecializedCopier(Type type) => (IDeepCopier)Create(type);

    /// <inheritdoc/>
    public bool? IsTypeAllowed(Type type) => WireFormats.Covers(type) ? true : null;

    private object Create(Type type) => Activator.CreateInstance(typeof(RecordCodec<>).MakeGenericType(type), clock)!;
}
