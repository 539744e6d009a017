namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>
/// Many cabinets that all want one name, on a network that loses packets, while cabinets come, go and lose power. What happens
/// is decided by a seed. Afterwards nothing is lost any more, and everybody has to agree.
/// </summary>
public sealed class MdnsStreetTests
{
    private const int Cabinets = 8;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void However_the_street_was_shaken_it_ends_with_different_names_and_a_true_picture(int part)
    {
        const int seeds = 25;
        for (var seed = part * seeds; seed < (part + 1) * seeds; seed++)
        {
            var street = new Street(seed);
            street.Shake(180);
            street.Settle();
            street.Check();
        }
    }

    private sealed class Street(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Neighbourhood _net = new();
        private readonly Dictionary<int, Resident> _here = [];

        public void Shake(int seconds)
        {
            _net.Loses = () => _random.Next(100) < 20;
            for (var second = 0; second < seconds; second++)
            {
                Befall(_random.Next(Cabinets));
                _net.Run(_random.Next(2_000));
            }
        }

        /// <summary>Longer than two lives of a host's records: whatever was missed has been asked for again by then.</summary>
        public void Settle()
        {
            _net.Loses = () => false;
            _net.Run(300_000);
        }

        public void Check()
        {
            var names = _here.Values.Select(one => one.Engine.InstanceName!).ToList();
            Assert.True(
                names.Distinct(StringComparer.Ordinal).Count() == names.Count,
                $"seed {seed}: {string.Join(", ", names)}"
            );
            foreach (var one in _here.Values)
            {
                var others = names.Where(name => name != one.Engine.InstanceName).Order(StringComparer.Ordinal);
                Assert.True(others.SequenceEqual(one.Sees), $"seed {seed}: {one.Name} sees {string.Join(", ", one.Sees)}");
            }
        }

        private void Befall(int which)
        {
            if (!_here.Remove(which, out var resident))
            {
                _here[which] = _net.Join("Cabinet", (char)('a' + which), $"10.0.0.{which + 1}", _random.Next, host: "edgenode");
            }
            else if (_random.Next(2) == 0)
            {
                _net.Stop(resident);
            }
            else
            {
                _net.Cut(resident);
            }
        }
    }
}
