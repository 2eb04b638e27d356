using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;
using OrleansTemporal.Wire;

namespace OrleansTemporal.Hosting;

/// <summary>What silos and clients both need so that they understand each other.</summary>
internal static class WireServices
{
    public static IServiceCollection AddRecordsOnTheWire(this IServiceCollection services) => services
        .AddSingleton<WireClock>()
        .AddSingleton<RecordCodecs>()
        .AddSingleton<ISpecializableCodec>(static provider => provider.GetRequiredService<RecordCodecs>())
        .AddSingleton<ISpecializableCopier>(static provider => provider.GetRequiredService<RecordCodecs>())
        .AddSingleton<ITypeFilter>(static provider => provider.GetRequiredService<RecordCodecs>());
}
