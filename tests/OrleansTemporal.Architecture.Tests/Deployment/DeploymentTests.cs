using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansTemporal.Architecture.Tests.Documentation;
using YamlDotNet.RepresentationModel;

namespace OrleansTemporal.Architecture.Tests.Deployment;

/// <summary>What deploys the product, or runs beside it, names only what there is.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string[] Deploying = [.. RepositoryFiles.All.Where(static path => path.StartsWith("infra/", StringComparison.Ordinal) || path.StartsWith("bicep/", StringComparison.Ordinal) || path == "azure.yaml")];

    // Instruments of the framework, under their names as the collector exports them.
    private static readonly string[] FrameworkMetrics = ["http_server_request_duration"];

    [Fact]
    public void every_yaml_file_parses()
    {
        var files = Deploying.Where(static path => path.EndsWith(".yaml", StringComparison.Ordinal)).ToList();
        Assert.True(files.Count >= 6);
        Assert.All(files, static path => Assert.NotEmpty(Load(path).Documents));
    }

    [Fact]
    public void every_panel_of_a_dashboard_asks_for_a_metric_that_the_product_has_and_none_is_left_out()
    {
        var instruments = Sources().SelectMany(static text => Instrument().Matches(text)).Select(static match => match.Groups[1].Value.Replace('.', '_')).Distinct().Order().ToList();
        var asked = new HashSet<string>();
        foreach (var path in Deploying.Where(static path => path.StartsWith("infra/grafana/dashboards/", StringComparison.Ordinal)))
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(TestRepository.PathOf(path)));
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
            Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
            foreach (var expression in panels.SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()!))
            {
                var names = Metric().Matches(expression).Select(static match => HistogramPart().Replace(match.Value, "")).ToList();
                Assert.NotEmpty(names);
                Assert.All(names, name => Assert.True(instruments.Contains(name) || FrameworkMetrics.Contains(name), $"{path} asks for {name}, which nobody counts"));
                asked.UnionWith(names);
            }
        }

        Assert.Equal(instruments, asked.Except(FrameworkMetrics).Order());
    }

    [Fact]
    public void every_setting_that_is_given_to_a_container_is_one_of_the_product()
    {
        var known = Sources().SelectMany(static text => Property().Matches(text)).Select(static match => match.Groups[1].Value).ToHashSet();
        var given = Deploying.SelectMany(static path => Setting().Matches(File.ReadAllText(TestRepository.PathOf(path)))).Select(static match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(given.Count >= 8);
        Assert.All(given, setting => Assert.True(setting.Split("__").All(part => part is "AllowNonLoopback" or "Storage" or "Cluster" or "Azure" || known.Contains(part)), $"nobody reads {setting}"));
    }

    [Fact]
    public void the_manifests_ask_for_nothing_that_the_template_does_not_give()
    {
        var outputs = Output().Matches(File.ReadAllText(TestRepository.PathOf("bicep/main.bicep"))).Select(static match => match.Groups[1].Value).Append("SERVICE_SILO_IMAGE_NAME").ToHashSet();
        var asked = Deploying.Where(static path => path.EndsWith(".tmpl.yaml", StringComparison.Ordinal)).SelectMany(static path => Variable().Matches(File.ReadAllText(TestRepository.PathOf(path)))).Select(static match => match.Groups[1].Value).ToList();
        Assert.True(asked.Count >= 5);
        Assert.All(asked, name => Assert.Contains(name, outputs));
    }

    [Fact]
    public void the_compose_file_mounts_files_and_names_services_that_are_there()
    {
        var services = (YamlMappingNode)((YamlMappingNode)Load("infra/compose.yaml").Documents[0].RootNode)["services"];
        var names = services.Children.Keys.Select(static key => key.ToString()).ToHashSet();
        Assert.Superset(new HashSet<string> { "azurite", "collector", "prometheus", "grafana" }, names);
        foreach (var service in services.Children.Values.Cast<YamlMappingNode>())
        {
            foreach (var mount in Items(service, "volumes").Select(static mount => mount.Split(':')[0]).Where(static source => source.StartsWith("./", StringComparison.Ordinal)))
            {
                Assert.True(Path.Exists(TestRepository.PathOf("infra/" + mount[2..])), $"{mount} is not there");
            }

            Assert.All(Items(service, "ports"), static port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
            Assert.All(Items(service, "depends_on"), other => Assert.Contains(other, names));
        }

        var hosts = Deploying.Where(static path => path.StartsWith("infra/", StringComparison.Ordinal)).SelectMany(static path => Host().Matches(File.ReadAllText(TestRepository.PathOf(path)))).Select(static match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(hosts);
        Assert.All(hosts, host => Assert.Contains(host, names));
    }

    [Fact]
    public void what_builds_the_image_is_there()
    {
        var docker = File.ReadAllText(TestRepository.PathOf("infra/Dockerfile"));
        foreach (var source in Copy().Matches(docker).SelectMany(static match => match.Groups[1].Value.Split(' ')))
        {
            Assert.True(Path.Exists(TestRepository.PathOf(source)), $"{source} is not there");
        }

        Assert.All(Project().Matches(docker), static match => Assert.True(File.Exists(TestRepository.PathOf($"src/{match.Groups[1].Value}/{match.Groups[1].Value}.csproj"))));
        var silo = (YamlMappingNode)((YamlMappingNode)((YamlMappingNode)Load("azure.yaml").Documents[0].RootNode)["services"])["silo"];
        Assert.True(File.Exists(TestRepository.PathOf(((YamlMappingNode)silo["docker"])["path"].ToString())));
        Assert.True(Directory.Exists(TestRepository.PathOf(((YamlMappingNode)silo["k8s"])["deploymentPath"].ToString())));
    }

    private static IEnumerable<string> Sources() =>
        RepositoryFiles.All.Where(static path => path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal)).Select(static path => File.ReadAllText(TestRepository.PathOf(path)));

    private static YamlStream Load(string path)
    {
        using var text = new StreamReader(TestRepository.PathOf(path));
        var stream = new YamlStream();
        stream.Load(text);
        return stream;
    }

    private static IEnumerable<string> Items(YamlMappingNode service, string name) =>
        service.Children.TryGetValue(name, out var items) ? ((YamlSequenceNode)items).Select(static item => item.ToString()) : [];

    [GeneratedRegex("\"(orleanstemporal\\.[a-z_.]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\b(orleanstemporal|http_server)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"public [\w?<>.]+ (\w+) \{ get;")]
    private static partial Regex Property();

    [GeneratedRegex(@"OrleansTemporal__(\w+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"^output (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex(@"\{\{ \.Env\.(\w+) \}\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?:http://|"")([a-z]+):\d{4,5}(?:/|""|\s|$)", RegexOptions.Multiline)]
    private static partial Regex Host();

    [GeneratedRegex(@"^COPY (?!--from)(.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"\bPROJECT=([\w.]+)")]
    private static partial Regex Project();
}
